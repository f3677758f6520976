"""Batching of ``flowstone_core.ops.indexing``: one more dimension in front, taken whole."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import indexing as ops
from flowstone_core.ops.cast import cast
from flowstone_core.ops.joining import concat
from flowstone_core.tensor import Tensor

from flowstone_autodiff.batch_registry import BatchCall, batch


def _bounds(call: BatchCall, first: int) -> tuple[list[Any], dict[str, Any]]:
    """Begin, end and strides with the whole first dimension before them, and the masks to fit."""
    begin, end, strides = (_before(zero, call.inputs[first + place]) for place, zero in enumerate((0, 0, 1)))
    masks: dict[str, Any] = {name: 2 * value for name, value in call.attrs.items()}
    masks["begin_mask"] += 1
    masks["end_mask"] += 1
    return [begin, end, strides], masks


def _before(value: int, vector: Tensor) -> Any:
    return concat([cast([value], vector.dtype), vector], 0)


@batch(ops.STRIDED_SLICE)
def strided_slice(call: BatchCall) -> Any:
    """The whole batch, then the slice."""
    if not call.only(0):
        return NotImplemented
    bounds, masks = _bounds(call, 1)
    return ops.STRIDED_SLICE(call.inputs[0], *bounds, **masks)


@batch(ops.STRIDED_SLICE_GRAD)
def strided_slice_grad(call: BatchCall) -> Any:
    """The whole batch, then the slice."""
    if not call.only(4):
        return NotImplemented
    bounds, masks = _bounds(call, 1)
    return ops.STRIDED_SLICE_GRAD(call.sized(call.inputs[0]), *bounds, call.inputs[4], **masks)


@batch(ops.TENSOR_STRIDED_SLICE_UPDATE)
def strided_update(call: BatchCall) -> Any:
    """The whole batch, then the slice."""
    if not call.only(0, 4):
        return NotImplemented
    bounds, masks = _bounds(call, 1)
    return ops.TENSOR_STRIDED_SLICE_UPDATE(call.full(0), *bounds, call.full(4), **masks)


@batch(ops.SLICE)
def sliced(call: BatchCall) -> Any:
    """The whole batch, then the slice."""
    x, begin, size = call.inputs
    return ops.SLICE(x, _before(0, begin), _before(-1, size)) if call.only(0) else NotImplemented
