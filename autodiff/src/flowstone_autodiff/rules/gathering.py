"""Gradients of ``flowstone_core.ops.gathering``: what was gathered is scattered back, and the other way round."""

from __future__ import annotations

from typing import Any

from flowstone_core.dtypes import int32, int64
from flowstone_core.indexed_slices import IndexedSlices
from flowstone_core.ops import gathering as ops
from flowstone_core.ops.array import RANGE, reshape, shape, size, squeeze, transpose
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal
from flowstone_core.ops.filling import zeros_like
from flowstone_core.ops.gathering import gather, gather_nd, scatter_nd, tensor_scatter_nd_update
from flowstone_core.ops.joining import concat, stack
from flowstone_core.ops.math import add, divide, multiply, negative
from flowstone_core.ops.reduce import reduce_prod
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient
from flowstone_autodiff.static import dims, product, scalar, shape_of, sizes

# -- gather ------------------------------------------------------------------------------------------------------


@gradient(ops.GATHER)
def gather_v1_gradient(call: Call, dy: Tensor) -> tuple[IndexedSlices, None]:
    """The gathered rows' gradients, as slices."""
    params, indices = call.inputs
    return slices(dy, indices, shape_of(params)), None


@gradient(ops.GATHER_V2)
def gather_gradient(call: Call, dy: Tensor) -> tuple[Any, None, None]:
    """The gathered slices' gradients: as slices along the first dimension, else added up in place."""
    params, indices, axis_tensor = call.inputs
    batch_dims, axis = call.attrs["batch_dims"], scalar(axis_tensor)
    if axis == 0 and batch_dims == 0:
        return slices(dy, indices, shape_of(params)), None, None
    if axis is None:
        raise ValueError("The gradient of tf.gather needs an axis that is known when the function is traced.")
    if dims(params) is None and batch_dims == 0:
        return _scattered_while_running(dy, indices, params, axis), None, None
    own = sizes(params)
    return scattered(dy, indices, own, axis + len(own) if axis < 0 else axis, batch_dims), None, None


def slices(dy: Tensor, indices: Tensor, params_shape: Any) -> IndexedSlices:
    """The gradient of what rows were gathered from: the gathered rows' gradients with their indices.

    Args:
        dy: Of shape ``indices.shape + params_shape[1:]``.
        indices: The rows.
        params_shape: A list of sizes, or a tensor.
    """
    known = dims(indices)
    count = None if known is None or None in known else product(list(known))
    flat = reshape(indices, [-1])
    if isinstance(params_shape, list):
        tail: Any = [size(flat) if count is None else count, *params_shape[1:]]
    else:
        tail = concat([size(flat)[None] if count is None else [count], params_shape[1:]], 0)
    return IndexedSlices(
        reshape(dy, tail), flat, stack(params_shape) if isinstance(params_shape, list) else params_shape
    )


def scattered(dy: Tensor, indices: Tensor, own: list[Any], axis: int, batch_dims: int) -> Any:
    """The gradient of what was gathered from along ``axis``, dense.

    Args:
        dy: Of shape ``own[:axis] + indices.shape[batch_dims:] + own[axis + 1:]``.
        indices: The places, of shape ``own[:batch_dims] + ...``.
        own: The sizes of what was gathered from.
        axis: The dimension, not negative.
        batch_dims: How many leading dimensions are shared.
    """
    outer = sizes(indices)
    batch, inner, after = own[:batch_dims], own[batch_dims:axis], own[axis + 1 :]
    rows, picked = product(batch), product(outer[batch_dims:])
    wide = len(outer) - batch_dims
    # the gathered dimensions behind the batch, then everything else
    order = [*range(batch_dims), *range(axis, axis + wide), *range(batch_dims, axis)]
    order += range(axis + wide, axis + wide + len(after))
    values = reshape(transpose(dy, order), [rows * picked, *inner, *after])
    places = reshape(indices, [rows, picked])
    if batch:
        first = reshape(RANGE(0, rows, 1), [-1, 1]) * own[axis]
        places = add(places, cast(first, places.dtype))
    wanted = cast(stack([rows * own[axis], *inner, *after]), places.dtype)
    summed = reshape(scatter_nd(reshape(places, [-1, 1]), values, wanted), [*batch, own[axis], *inner, *after])
    back = [*range(batch_dims), *range(batch_dims + 1, axis + 1), batch_dims, *range(axis + 1, len(own))]
    return transpose(summed, back)


def _scattered_while_running(dy: Tensor, indices: Tensor, params: Tensor, axis: int) -> Tensor:
    """``scattered`` where the number of dimensions is not known: those before and after ``axis`` are taken together."""
    whole = shape(params)
    place: Any = axis if axis >= 0 else add(size(whole), axis)
    own = [reduce_prod(whole[:place]), whole[place], reduce_prod(whole[place + 1 :])]
    flat = reshape(indices, [-1])
    return reshape(scattered(reshape(dy, [own[0], -1, own[2]]), flat, own, 1, 0), whole)


@gradient(ops.GATHER_ND)
def gather_nd_gradient(call: Call, dy: Tensor) -> tuple[Any, None]:
    """The gathered slices' gradients, added up in place; as slices where rows were gathered."""
    params, indices = call.inputs
    known = dims(indices)
    if known is not None and len(known) == 2 and known[-1] == 1:
        return slices(dy, squeeze(indices, [-1]), shape_of(params)), None
    return scatter_nd(indices, dy, _shape_as(params, indices)), None


def _shape_as(tensor: Tensor, indices: Tensor) -> Any:
    """The shape of ``tensor`` as a tensor of the type of ``indices``."""
    if indices.dtype in (int32, int64):
        return shape(tensor, indices.dtype)
    return cast(shape(tensor), indices.dtype)


# -- scatter -----------------------------------------------------------------------------------------------------


@gradient(ops.SCATTER_ND)
def scatter_nd_gradient(call: Call, dy: Tensor) -> tuple[None, Any, None]:
    """Each update gets the gradient of the place it was added to."""
    return None, gather_nd(dy, call.inputs[0]), None


@gradient(ops.TENSOR_SCATTER_ADD, ops.SCATTER_ND_NON_ALIASING_ADD)
def scatter_add_gradient(call: Call, dy: Tensor) -> tuple[Any, None, Any]:
    """The tensor gets ``dy``, each update that of its place."""
    return dy, None, gather_nd(dy, call.inputs[1])


@gradient(ops.TENSOR_SCATTER_SUB)
def scatter_sub_gradient(call: Call, dy: Tensor) -> tuple[Any, None, Any]:
    """The tensor gets ``dy``, each update that of its place with the other sign."""
    return dy, None, negative(gather_nd(dy, call.inputs[1]))


@gradient(ops.TENSOR_SCATTER_UPDATE)
def scatter_update_gradient(call: Call, dy: Tensor) -> tuple[Any, None, Any]:
    """The tensor gets ``dy`` where it was not replaced, each update that of its place."""
    _, indices, updates = call.inputs
    return tensor_scatter_nd_update(dy, indices, zeros_like(updates)), None, gather_nd(dy, indices)


@gradient(ops.TENSOR_SCATTER_MIN, ops.TENSOR_SCATTER_MAX)
def scatter_extremum_gradient(call: Call, dy: Tensor) -> tuple[Any, None, Any]:
    """Those that are the result share its gradient evenly."""
    tensor, indices, updates = call.inputs
    kept = cast(equal(tensor, call.output), dy.dtype)
    taken = cast(equal(updates, gather_nd(call.output, indices)), dy.dtype)
    winners = add(kept, scatter_nd(indices, taken, _shape_as(tensor, indices)))
    share = divide(dy, winners)
    return multiply(share, kept), None, multiply(gather_nd(share, indices), taken)


# -- partition and stitch ----------------------------------------------------------------------------------------


@gradient(ops.DYNAMIC_PARTITION)
def dynamic_partition_gradient(call: Call, dys: list[Tensor]) -> tuple[Any, None]:
    """The parts' gradients, each back in its place."""
    data, partitions = call.inputs
    places = reshape(RANGE(0, size(partitions), 1), shape(partitions))
    parts = ops.DYNAMIC_PARTITION(places, partitions, num_partitions=call.attrs["num_partitions"])
    return reshape(ops.PARALLEL_DYNAMIC_STITCH(parts, dys), shape_of(data)), None


@gradient(ops.DYNAMIC_STITCH, ops.PARALLEL_DYNAMIC_STITCH)
def dynamic_stitch_gradient(call: Call, dy: Tensor) -> tuple[list[None], list[Any]]:
    """Each piece gets the gradient of its places."""
    indices = call.inputs[0]
    return [None] * len(indices), [gather(dy, places) for places in indices]
