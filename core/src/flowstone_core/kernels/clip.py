"""Numpy kernels of ``flowstone_core.ops.clip``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import clip as ops

KERNELS = KernelSet()


@KERNELS.add(ops.CLIP_BY_VALUE, elementwise=True)
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any) -> Any:
    """First the maximum, then the minimum; nan stays."""
    result = np.maximum(np.minimum(t, clip_value_max), clip_value_min)
    if np.shape(result) != t.shape:
        raise SpecError(
            f"ClipByValue: the limits of shapes {clip_value_min.shape} and {clip_value_max.shape} do not broadcast "
            f"to the shape {t.shape}."
        )
    return result
