"""Gradients of ``flowstone_core.ops.fractional``, with the windows that were drawn."""

from __future__ import annotations

from typing import Any

from flowstone_core.dtypes import int64
from flowstone_core.ops import fractional as ops
from flowstone_core.ops.array import shape
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, undefined


@gradient(ops.FRACTIONAL_MAX_POOL)
def fractional_max_pool_gradient(call: Call, dy: Tensor, d_rows: None, d_columns: None) -> Any:
    """The largest element of each window gets ``dy``."""
    output, rows, columns = call.outputs
    x = call.inputs[0]
    return ops.FRACTIONAL_MAX_POOL_GRAD(x, output, dy, rows, columns, overlapping=call.attrs["overlapping"])


@gradient(ops.FRACTIONAL_AVG_POOL)
def fractional_avg_pool_gradient(call: Call, dy: Tensor, d_rows: None, d_columns: None) -> Any:
    """Each of a window's ``n`` elements gets ``dy / n``."""
    _, rows, columns = call.outputs
    sizes = shape(call.inputs[0], int64)
    return ops.FRACTIONAL_AVG_POOL_GRAD(sizes, dy, rows, columns, overlapping=call.attrs["overlapping"])


undefined(
    ops.FRACTIONAL_AVG_POOL_GRAD,
    ops.FRACTIONAL_MAX_POOL_GRAD,
    because="Fractional pooling has first derivatives only, as in TensorFlow.",
)
