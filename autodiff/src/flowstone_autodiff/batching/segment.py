"""Batching of ``flowstone_core.ops.segment``: each element has segments of its own."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import segment as ops
from flowstone_core.ops.array import RANGE, reshape, shape, transpose
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import greater_equal
from flowstone_core.ops.selection import where
from flowstone_core.tensor import Tensor

from flowstone_autodiff.batch_registry import BatchCall, batch
from flowstone_autodiff.static import sizes


@batch(ops.UNSORTED_SEGMENT_MAX, ops.UNSORTED_SEGMENT_MIN, ops.UNSORTED_SEGMENT_PROD, ops.UNSORTED_SEGMENT_SUM)
def unsorted(call: BatchCall) -> Any:
    """Segments of element ``b`` are numbered from ``b * num_segments`` on; negative ids stay so."""
    if not call.only(0, 1):
        return NotImplemented
    data, ids, count = call.full(0), call.full(1), call.inputs[2]
    total = count * cast(shape(ids)[0], count.dtype)
    numbered = ids + cast(_first(ids) * cast(count, "int32"), ids.dtype)
    found = call.op(data, where(greater_equal(ids, 0), numbered, ids), total)
    return reshape(found, [call.size, count, *sizes(found)[1:]])


def _first(ids: Tensor) -> Any:
    return reshape(RANGE(0, shape(ids)[0], 1), [-1, *[1] * (len(sizes(ids)) - 1)])


@batch(ops.SEGMENT_MAX, ops.SEGMENT_MEAN, ops.SEGMENT_MIN, ops.SEGMENT_PROD, ops.SEGMENT_SUM)
def sorted_segments(call: BatchCall) -> Any:
    """Segments that are the same for all elements: the batch goes behind, and back."""
    if not call.only(0):
        return NotImplemented
    data = call.inputs[0]
    order = [1, 0, *range(2, len(sizes(data)))]
    return transpose(call.op(transpose(data, order), call.inputs[1]), order)
