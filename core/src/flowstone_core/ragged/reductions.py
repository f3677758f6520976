"""Reductions of ragged tensors: whole, along ragged dimensions, inside of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core.api import tf
from flowstone_core.dtypes import bool as bool_type
from flowstone_core.dtypes import int32
from flowstone_core.op import Op
from flowstone_core.ragged.elementwise import by_element as by_element
from flowstone_core.ragged.indexing import axis_of
from flowstone_core.ragged.row_partition import RowPartition
from flowstone_core.ragged.takeover import handles
from flowstone_core.ragged.tensor import RaggedTensor
from flowstone_core.tensor import EagerTensor, Tensor

Segments = Callable[..., Any]


def static_axes(axis: Any, what: str) -> list[int] | int | None:
    """An axis operand as Python integers.

    Raises:
        ValueError: If it is not known.
    """
    if axis is None or isinstance(axis, int):
        return axis
    if isinstance(axis, Tensor):
        if type(axis) is not EagerTensor:
            known = axis.spec.value
            if known is None:
                raise ValueError(f"{what} of a ragged tensor needs an axis that is known when the function is traced.")
            return list(known) if isinstance(known, tuple) else int(known)
        axis = axis._array
    found: list[int] | int = np.asarray(axis).tolist()
    return found


@handles("Sum", "Prod", "Min", "Max", "Any", "All", "Mean")
def reduction(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """``op`` of all values, or along dimensions.

    Raises:
        ValueError: If an axis is out of range or given twice.
    """
    x, axis = inputs
    axes = static_axes(axis, op.name)
    keepdims = bool(attrs.get("keep_dims", False))
    if axes is None:
        return _whole(op, x, keepdims)
    listed = sorted({axis_of(each, x.shape.rank) for each in ([axes] if isinstance(axes, int) else axes)})
    if not isinstance(axes, int) and len(listed) != len(axes):
        raise ValueError(f"{op.name}: an axis is given twice in {axes}.")
    if not listed:
        return x
    if len(listed) == x.shape.rank:
        return _whole(op, x, keepdims)
    return _along_all(op, x, listed, keepdims)


def _whole(op: Op, x: Any, keepdims: bool) -> Any:
    flat = x.flat_values
    if op.name == "Mean" and flat.dtype.is_integer:
        result = tf.reduce_sum(flat) / tf.size(flat, out_type=flat.dtype)
    else:
        result = op(flat, tf.range(tf.rank(flat)), keep_dims=False)
    return tf.reshape(result, [1] * x.shape.rank) if keepdims else result


def _along_all(op: Op, x: Any, axes: list[int], keepdims: bool) -> Any:
    if op.name == "Mean":
        ones = x.with_flat_values(tf.ones_like(x.flat_values))
        return tf.reduce_sum(x, axes, keepdims) / tf.reduce_sum(ones, axes, keepdims)
    if x.dtype.is_bool:
        counted = tf.cast(x, int32)
        function = tf.reduce_min if op.name == "All" else tf.reduce_max
        found = function(counted, axes, keepdims)
        if op.name == "Any":  # of nothing it is the least number
            return tf.greater(found, tf.constant(0, int32))
        return tf.cast(found, bool_type)
    for axis in reversed(axes):
        x = _along(op, x, axis)
        if keepdims:
            x = tf.expand_dims(x, axis)
    return x


_OF_SEGMENTS = {"Sum": "sum", "Prod": "prod", "Min": "min", "Max": "max"}


def _along(op: Op, x: Any, axis: int) -> Any:
    """The reduction along one dimension."""
    if isinstance(x, Tensor):
        return op(x, axis, keep_dims=False)
    if axis > 1:
        return x.with_values(_along(op, x.values, axis - 1))
    segments = getattr(tf.math, f"unsorted_segment_{_OF_SEGMENTS[op.name]}")
    if axis == 1:
        return segment_rows(segments, x.values, x.value_rowids(), x.nrows())
    lengths = x.row_lengths()
    longest = tf.reduce_max(tf.concat([lengths, tf.zeros([1], lengths.dtype)], 0))
    return segment_rows(segments, x.values, x._row_partition.offsets_in_rows(), longest)


def segment_rows(segments: Segments, data: Any, ids: Any, count: Any) -> Any:
    """``unsorted_segment_...`` of tensors, or of ragged rows: value by value, as long as the longest row of each id."""
    if isinstance(data, Tensor):
        return segments(data, ids, count)
    lengths = tf.math.unsorted_segment_max(data.row_lengths(), ids, count)
    partition = RowPartition.from_row_lengths(tf.maximum(lengths, tf.zeros_like(lengths)), validate=False)
    starts = tf.gather(tf.gather(partition.row_starts(), ids), data.value_rowids())
    places = starts + data._row_partition.offsets_in_rows()
    values = segment_rows(segments, data.values, places, partition.nvals())
    return RaggedTensor(values, partition, internal=True)


def _of_ids(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """``tf.math.unsorted_segment_...`` with ragged data and ids of the same rows, or ids of the rows."""
    data, ids, count = inputs
    if isinstance(ids, RaggedTensor):
        if not isinstance(data, RaggedTensor):
            raise ValueError("segment_ids may be ragged only if data is.")
        return (
            _of_ids(op, (data.values, ids.values, count), attrs)
            if isinstance(ids.values, RaggedTensor)
            else (segment_rows(op, data.values, ids.values, count))
        )
    return segment_rows(op, data, tf.convert_to_tensor(ids), tf.cast(count, data.row_splits.dtype))


handles("UnsortedSegmentSum", "UnsortedSegmentProd", "UnsortedSegmentMin", "UnsortedSegmentMax")(_of_ids)
