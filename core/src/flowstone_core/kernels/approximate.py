"""Numpy kernels of ``flowstone_core.ops.approximate``: exact ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import int32
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.nn import largest
from flowstone_core.ops import approximate as ops

KERNELS = KernelSet()


@KERNELS.add(ops.APPROX_TOP_K)
def approx_top_k(input: Any, *, k: int, reduction_dimension: int, is_max_k: bool, **attrs: Any) -> Any:
    """The largest, or the smallest: the largest of the opposites."""
    if not -input.ndim <= reduction_dimension < input.ndim:
        raise ValueError  # the shape rule explains
    x = np.moveaxis(input, reduction_dimension, -1)
    values, places = largest(np.ascontiguousarray(x if is_max_k else -x), k, int32)
    values = values if is_max_k else -values
    back = [np.ascontiguousarray(np.moveaxis(each, -1, reduction_dimension)) for each in (values, places)]
    return back[0], back[1]
