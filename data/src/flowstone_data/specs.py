"""The specs of the handles behind datasets, optionals and iterators."""

from __future__ import annotations

from typing import Final

from flowstone_core import dtypes
from flowstone_core.type_spec import TensorSpec

VARIANT: Final = TensorSpec((), dtypes.variant)
RESOURCE: Final = TensorSpec((), dtypes.resource)
