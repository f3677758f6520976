"""Batching of ``flowstone_core.ops.joining``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import joining as ops
from flowstone_core.ops.cast import cast
from flowstone_core.ops.joining import concat

from flowstone_autodiff.batch_registry import BatchCall, batch
from flowstone_autodiff.batching.array import behind


def _moved(axis: int) -> int:
    return axis + 1 if axis >= 0 else axis


@batch(ops.PACK)
def pack(call: BatchCall) -> Any:
    """The new dimension comes behind the batch."""
    return ops.PACK(call.full(0), axis=_moved(call.attrs["axis"]))


@batch(ops.UNPACK)
def unpack(call: BatchCall) -> Any:
    """The dimension is one behind the batch."""
    return ops.UNPACK(call.inputs[0], num=call.attrs["num"], axis=_moved(call.attrs["axis"]))


@batch(ops.CONCAT_V2)
def concatenated(call: BatchCall) -> Any:
    """The dimension is one behind the batch."""
    return ops.CONCAT_V2(call.full(0), behind(call.inputs[1])) if call.only(0) else NotImplemented


@batch(ops.SPLIT)
def split(call: BatchCall) -> Any:
    """The dimension is one behind the batch."""
    axis, x = call.inputs
    return ops.SPLIT(behind(axis), x, **call.attrs) if call.only(1) else NotImplemented


@batch(ops.SPLIT_V)
def split_v(call: BatchCall) -> Any:
    """The dimension is one behind the batch."""
    x, sizes, axis = call.inputs
    return ops.SPLIT_V(x, sizes, behind(axis), **call.attrs) if call.only(0) else NotImplemented


@batch(ops.TILE)
def tile(call: BatchCall) -> Any:
    """The batch is not repeated."""
    x, multiples = call.inputs
    return ops.TILE(x, concat([cast([1], multiples.dtype), multiples], 0)) if call.only(0) else NotImplemented
