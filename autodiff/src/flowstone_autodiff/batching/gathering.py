"""Batching of ``flowstone_core.ops.gathering``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import gathering as ops
from flowstone_core.ops.array import RANGE, broadcast_to, reshape, shape, transpose
from flowstone_core.ops.cast import cast
from flowstone_core.ops.gathering import gather
from flowstone_core.ops.joining import concat
from flowstone_core.tensor import Tensor

from flowstone_autodiff.batch_registry import BatchCall, batch
from flowstone_autodiff.static import scalar, sizes


@batch(ops.GATHER)
def gather_v1(call: BatchCall) -> Any:
    """As ``GatherV2`` along the first dimension."""
    return _gathered(call, 0, 0)


@batch(ops.GATHER_V2)
def gather_v2(call: BatchCall) -> Any:
    """The batch is one more batch dimension, or stays where it is if indices or parameters alone differ."""
    axis = scalar(call.inputs[2])
    if not call.only(0, 1) or axis is None:
        return NotImplemented
    return _gathered(call, axis if axis >= 0 else axis + call.rank(0), call.attrs["batch_dims"])


def _gathered(call: BatchCall, axis: int, batch_dims: int) -> Any:
    params, indices = call.inputs[:2]
    if not batch_dims and call.only(0):
        return gather(params, indices, axis=axis + 1)
    if not batch_dims and call.only(1):
        found = gather(params, indices, axis=axis)
        rank = len(sizes(found))
        return transpose(found, [axis, *range(axis), *range(axis + 1, rank)]) if axis else found
    return gather(call.full(0), call.full(1), axis=axis + 1, batch_dims=batch_dims + 1)


def _with_batch(indices: Tensor) -> Any:
    """Indices with the number of the element before each."""
    *lead, _ = sizes(indices)
    numbers = reshape(RANGE(0, shape(indices)[0], 1), [-1, *[1] * len(lead)])
    sized = concat([shape(indices)[:-1], [1]], 0)
    return concat([cast(broadcast_to(numbers, sized), indices.dtype), indices], -1)


@batch(ops.GATHER_ND)
def gather_nd(call: BatchCall) -> Any:
    """The number of the element is one more index."""
    if call.only(1):
        return ops.GATHER_ND(*call.inputs, **call.attrs)
    return ops.GATHER_ND(call.full(0), _with_batch(call.full(1)), **call.attrs)


@batch(ops.SCATTER_ND)
def scatter_nd(call: BatchCall) -> Any:
    """The number of the element is one more index."""
    if not call.only(0, 1):
        return NotImplemented
    places = _with_batch(call.full(0))
    return ops.SCATTER_ND(places, call.full(1), call.sized(call.inputs[2]), **call.attrs)


@batch(
    ops.TENSOR_SCATTER_ADD,
    ops.TENSOR_SCATTER_MAX,
    ops.TENSOR_SCATTER_MIN,
    ops.TENSOR_SCATTER_SUB,
    ops.TENSOR_SCATTER_UPDATE,
    ops.SCATTER_ND_NON_ALIASING_ADD,
)
def tensor_scatter(call: BatchCall) -> Any:
    """The number of the element is one more index."""
    return call.op(call.full(0), _with_batch(call.full(1)), call.full(2), **call.attrs)
