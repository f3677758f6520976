"""Picking rows and values of ragged tensors."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.dtypes import int64
from flowstone_core.op import Op
from flowstone_core.ops.ragged import RAGGED_GATHER
from flowstone_core.ragged.elementwise import by_element as by_element
from flowstone_core.ragged.indexing import axis_of
from flowstone_core.ragged.joining import as_ragged_or_tensor, divided
from flowstone_core.ragged.reductions import static_axes
from flowstone_core.ragged.row_partition import RowPartition
from flowstone_core.ragged.takeover import handles
from flowstone_core.ragged.tensor import RaggedTensor
from flowstone_core.tensor import Tensor


@handles("GatherV2", "Gather")
def gather(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """The slices at indices; params, indices or both may be ragged."""
    params, indices, *rest = inputs
    batch_dims = attrs.get("batch_dims", 0)
    axis = static_axes(rest[0], "gather") if rest else 0
    if not isinstance(axis, int):
        raise ValueError(f"gather: axis must be one integer, got {axis}.")
    x, places = as_ragged_or_tensor(params), as_ragged_or_tensor(indices)
    if batch_dims < 0:
        batch_dims = axis_of(batch_dims, places.shape.rank, "batch_dims")
    axis = axis_of(axis, x.shape.rank)
    if axis < batch_dims:
        axis = batch_dims
    return _gathered(x, places, axis, batch_dims)


def _gathered(x: Any, places: Any, axis: int, batch_dims: int) -> Any:
    if batch_dims:
        return _in_batches(x, places, axis, batch_dims)
    if axis:
        return _inside(x, places, axis)
    if isinstance(places, RaggedTensor):
        return places.with_values(_gathered(x, places.values, 0, 0))
    if isinstance(x, Tensor):
        return tf.gather(x, places)
    if places.shape.rank is None:
        raise ValueError("gather: the rank of indices must be known for ragged params.")
    depth = places.shape.rank + x.ragged_rank - 1
    splits, values = RAGGED_GATHER(list(x.nested_row_splits), x.flat_values, places, OUTPUT_RAGGED_RANK=depth)
    if not depth:
        return values
    partitions = [RowPartition(each) for each in splits]
    return RaggedTensor._from_nested_row_partitions(values, partitions)


def _inside(x: Any, places: Any, axis: int) -> Any:
    """The slices of each row, at the same indices in all rows."""
    if isinstance(x, Tensor) and isinstance(places, Tensor):
        return tf.gather(x, places, axis=axis)
    x = divided(x, 1, int64)
    if axis > 1:
        return x.with_values(_gathered(x.values, places, axis - 1, 0))
    rows = x.nrows()
    repeated = tf.expand_dims(places, 0) if isinstance(places, RaggedTensor) else places[None]
    multiples = tf.concat([rows[None], tf.ones([places.shape.rank], rows.dtype)], 0)
    return _in_batches(x, tf.tile(repeated, multiples), 1, 1)


def _in_batches(x: Any, places: Any, axis: int, batch_dims: int) -> Any:
    """Of each batch entry its own slices."""
    if isinstance(x, Tensor) and isinstance(places, Tensor):
        return tf.gather(x, places, axis=axis, batch_dims=batch_dims)
    dtype = (x if isinstance(x, RaggedTensor) else places).row_splits.dtype
    x = divided(x, 1, dtype)
    if batch_dims > 1:
        places = divided(places, 1, dtype)
        return places.with_values(_gathered(x.values, places.values, axis - 1, batch_dims - 1))
    if axis > 1:
        return x.with_values(_gathered(x.values, tf.gather(places, x.value_rowids()), axis - 1, 1))
    starts = x.row_starts()
    if isinstance(places, Tensor) and places.shape.rank == 1:
        return tf.gather(x.values, starts + tf.cast(places, dtype))
    places = tf.cast(places, dtype)
    if isinstance(places, Tensor):
        column = tf.reshape(starts, [-1, *[1] * (len(places.shape) - 1)])
        return _gathered(x.values, places + column, 0, 0)
    flat = places.values
    offsets = tf.gather(starts, places.value_rowids())
    for _ in range(1, flat.shape.rank):
        offsets = tf.expand_dims(offsets, -1)
    return places.with_values(_gathered(x.values, flat + offsets, 0, 0))


@handles("GatherNd")
def gather_nd(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """The entries at coordinates."""
    x, places = as_ragged_or_tensor(inputs[0]), as_ragged_or_tensor(inputs[1])
    if isinstance(places, RaggedTensor):
        if places.flat_values.shape.rank == 1:
            raise ValueError("gather_nd: the innermost dimension of indices must be uniform.")
        return places.with_flat_values(gather_nd(op, (x, places.flat_values), attrs))
    if isinstance(x, Tensor):
        return op(x, places, **attrs)
    depth = places.shape[-1]
    if depth is None:
        raise ValueError("gather_nd: how many coordinates each index has must be known.")
    if depth == 0:
        raise ValueError("gather_nd: an index needs at least one coordinate for ragged params.")
    coordinates = tf.unstack(tf.cast(places, x.row_splits.dtype), depth, axis=-1)
    flat, rest = coordinates[0], coordinates[1:]
    while rest and isinstance(x, RaggedTensor):
        inner = rest.pop(0)
        inside = tf.reduce_all(tf.logical_and(inner >= 0, inner < tf.gather(x.row_lengths(), flat)))
        tf.debugging.Assert(inside, ["gather_nd: an index is out of the bounds of its row", inner])
        flat, x = tf.gather(x.row_starts(), flat) + inner, x.values
    return tf.gather_nd(x, tf.stack([flat, *rest], -1)) if rest else _gathered(x, flat, 0, 0)


@handles("Where")
def where(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """The coordinates of the values that are true."""
    x = inputs[0]
    found = op(x.flat_values)
    columns = [found[:, 1:]]
    at = found[:, 0]
    for partition in reversed(x._nested_row_partitions):
        columns.insert(0, tf.cast(tf.gather(partition.offsets_in_rows(), at), int64)[:, None])
        at = tf.cast(tf.gather(partition.value_rowids(), at), int64)
    return tf.concat([at[:, None], *columns], 1)


@handles("DynamicPartition")
def dynamic_partition(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """The rows of each partition."""
    x, partitions = inputs
    count = attrs["num_partitions"]
    stacked = tf.ragged.stack_dynamic_partitions(x, partitions, count)
    return [stacked[index] for index in range(count)]


@handles("ResourceGather")
def resource_gather(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Rows of a variable for each index."""
    resource, indices = inputs
    return indices.with_flat_values(op(resource, indices.flat_values, **attrs))
