"""Dense tensors divided into ragged rows."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.dtypes import DType
from flowstone_core.ragged.row_partition import RowPartition
from flowstone_core.tensor import Tensor


def divided(
    tensor: Tensor, lengths: Any, padding: Any, ragged_rank: int, dtype: DType
) -> tuple[Any, list[RowPartition]]:
    """The flat values of a tensor and their partitions, outermost first.

    Raises:
        ValueError: If both ``lengths`` and ``padding`` are given, or a rank does not fit.
        TypeError: If ``ragged_rank`` is no integer.
    """
    if lengths is not None and padding is not None:
        raise ValueError("Specify lengths or padding, but not both.")
    if not isinstance(ragged_rank, int):
        raise TypeError(f"ragged_rank expected int, got {ragged_rank!r}.")
    if ragged_rank <= 0:
        raise ValueError(f"ragged_rank must be greater than 0; got {ragged_rank}.")
    if tensor.shape.rank is None:
        raise ValueError("RaggedTensor.from_tensor needs a tensor of known rank.")
    if isinstance(lengths, (list, tuple)) and lengths and not isinstance(lengths[0], (int, float)):
        return _by_nested_lengths(tensor, lengths, dtype)
    rank = tensor.shape.rank
    if rank <= ragged_rank:
        raise ValueError(f"The rank of tensor ({rank}) must be greater than ragged_rank ({ragged_rank}).")
    sizes = tf.shape(tensor, out_type=dtype)
    outer: list[RowPartition] = []
    for axis in range(1, ragged_rank):
        rows = tf.reduce_prod(sizes[:axis])
        if (known := tensor.shape[:axis].num_elements()) is not None:
            rows = tf.constant(known, dtype)
        outer.append(RowPartition.from_uniform_row_length(_known(tensor, axis, sizes), nrows=rows, dtype=dtype))
    flat = tf.reshape(tensor, tf.concat([[-1], sizes[ragged_rank:]], 0)) if ragged_rank > 1 else tensor
    values, last = _rows(flat, lengths, padding, dtype)
    return values, [*outer, last]


def _known(tensor: Tensor, axis: int, sizes: Any) -> Any:
    static = tensor.shape[axis]
    return sizes[axis] if static is None else tf.constant(static, sizes.dtype)


def _rows(tensor: Any, lengths: Any, padding: Any, dtype: DType) -> tuple[Any, RowPartition]:
    """The kept values of each row of a tensor, and the partition into these rows."""
    sizes = tf.shape(tensor, out_type=dtype)
    rows, width = _known(tensor, 0, sizes), sizes[1]
    if padding is not None:
        lengths = _without_padding(tensor, tf.convert_to_tensor(padding, tensor.dtype), dtype)
    if lengths is None:
        values = tf.reshape(tensor, tf.concat([[-1], sizes[2:]], 0))
        partition = RowPartition.from_uniform_row_length(_known(tensor, 1, sizes), nrows=rows, dtype=dtype)
        return values, partition
    kept = tf.cast(tf.convert_to_tensor(lengths, None if isinstance(lengths, Tensor) else dtype), dtype)
    if kept.shape.rank not in (None, 1):
        raise ValueError(f"lengths must be a vector, got shape {kept.shape}.")
    kept = tf.minimum(tf.maximum(kept, tf.zeros((), dtype)), width)
    mask = tf.sequence_mask(kept, width)
    return tf.boolean_mask(tensor, mask), RowPartition.from_row_lengths(kept, validate=False)


def _without_padding(tensor: Any, padding: Any, dtype: DType) -> Any:
    """How many of each row's values come before the padding at its end."""
    rank = tensor.shape.rank
    if padding.shape.rank is not None and padding.shape.rank > rank - 2:
        raise ValueError(f"padding of shape {padding.shape} must broadcast to values of shape {tensor.shape[2:]}.")
    kept = tf.not_equal(tensor, padding)
    if rank > 2:
        kept = tf.reduce_any(kept, axis=list(range(2, rank)))
    width = tf.shape(tensor, out_type=dtype)[1]
    places = tf.range(1, width + 1, dtype=dtype)
    beyond = tf.concat([tf.cast(kept, dtype) * places, tf.zeros([tf.shape(tensor)[0], 1], dtype)], 1)
    return tf.reduce_max(beyond, axis=1)


def _by_nested_lengths(tensor: Tensor, lengths: Any, dtype: DType) -> tuple[Any, list[RowPartition]]:
    """Several ragged dimensions, each with the lengths of the rows that are left of the one before."""
    values: Any = tensor
    partitions = []
    for each in lengths:
        if values.shape.rank is not None and values.shape.rank < 2:
            raise ValueError(
                f"There are {len(lengths)} vectors of lengths, too many for a tensor of shape {tensor.shape}."
            )
        values, partition = _rows(values, each, None, dtype)
        partitions.append(partition)
    return values, partitions
