"""``tf.types.experimental``: types for annotations."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from flowstone_core.tensor import Tensor
from flowstone_core.variable import Variable

TensorLike: TypeAlias = (
    Tensor | Variable | int | float | bool | str | bytes | complex | tuple | list | np.ndarray | np.generic  # type: ignore[type-arg]
)
"""What functions of tensors take."""
