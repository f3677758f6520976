"""Batching of ``flowstone_core.ops.filling``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import filling as ops
from flowstone_core.ops.array import broadcast_to, reshape

from flowstone_autodiff.batch_registry import BatchCall, batch, elementwise
from flowstone_autodiff.static import dims

elementwise(ops.ONES_LIKE, ops.ZEROS_LIKE)


@batch(ops.FILL)
def fill(call: BatchCall) -> Any:
    """Each element's value, repeated."""
    sizes, value = call.inputs
    known = dims(sizes)
    if not call.only(1) or known is None or known[0] is None:
        return NotImplemented
    column = reshape(value, [-1, *[1] * known[0]])
    return broadcast_to(column, call.sized(sizes))


@batch(ops.ONE_HOT)
def one_hot(call: BatchCall) -> Any:
    """The new dimension, counted from the front, moves by one."""
    axis = call.attrs["axis"]
    if not call.only(0):
        return NotImplemented
    return ops.ONE_HOT(*call.inputs, axis=axis + 1 if axis >= 0 else axis)
