"""Concatenating, stacking, tiling, reversing and splitting ragged tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core.api import tf
from flowstone_core.conversion import CompositeOperandError
from flowstone_core.dtypes import DType, int32, int64
from flowstone_core.op import Op
from flowstone_core.ops.ragged import RAGGED_RANGE
from flowstone_core.ragged.broadcasting import splits_dtype
from flowstone_core.ragged.elementwise import by_element as by_element
from flowstone_core.ragged.indexing import axis_of
from flowstone_core.ragged.reductions import static_axes
from flowstone_core.ragged.row_partition import RowPartition, static_value
from flowstone_core.ragged.takeover import handles
from flowstone_core.ragged.tensor import RaggedTensor
from flowstone_core.tensor import Tensor


def as_ragged_or_tensor(value: Any, dtype: DType | None = None) -> Any:
    """``value`` as a ragged tensor if it is one, else as a tensor."""
    if isinstance(value, RaggedTensor):
        return value
    return tf.convert_to_tensor(value, None if isinstance(value, Tensor) else dtype)


def stack(values: Any, axis: int = 0, name: str | None = None) -> Any:
    """The values, which may be ragged or of different sizes, along a new dimension.

    >>> tf.ragged.stack([[1, 2], [3, 4, 5]])
    <tf.RaggedTensor [[1, 2], [3, 4, 5]]>

    Args:
        values: A list of tensors or ragged tensors of one rank and type.
        axis: The new dimension.
        name: A name for the operation.

    Raises:
        ValueError: If there are none, or ranks differ.
    """
    if not isinstance(values, (list, tuple)):
        values = [values]
    with tf.name_scope(name or "RaggedConcat"):
        return _joined([as_ragged_or_tensor(value) for value in values], axis, stacking=True)


@handles("ConcatV2")
def concat(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Along a dimension; rows may have different lengths."""
    values, axis = inputs
    return _joined(_of_one_type(values), _single(axis, "concat"), stacking=False)


@handles("Pack")
def pack(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Along a new dimension."""
    return _joined(_of_one_type(inputs[0]), attrs.get("axis", 0), stacking=True)


def _of_one_type(values: Sequence[Any]) -> list[Any]:
    dtype = next(value.dtype for value in values if isinstance(value, RaggedTensor))
    return [as_ragged_or_tensor(value, dtype) for value in values]


def _single(axis: Any, what: str) -> int:
    found = static_axes(axis, what)
    if not isinstance(found, int):
        raise ValueError(f"{what}: axis must be one integer, got {found}.")
    return found


def _joined(values: list[Any], axis: int, stacking: bool) -> Any:
    if not values:
        raise ValueError("Must have at least one value to concatenate or stack.")
    if len(values) == 1 and not stacking:
        return values[0]
    ranks = {x.shape.rank for x in values} - {None}
    if len(ranks) > 1:
        raise ValueError(f"All values must have the same rank, got {sorted(ranks)}.")
    rank = ranks.pop() if ranks else None
    axis = axis_of(axis, rank + 1 if stacking and rank is not None else rank)
    ragged = [x for x in values if isinstance(x, RaggedTensor)]
    dtype = splits_dtype(ragged) if ragged else int32 if rank == 1 else int64
    if not ragged and rank is not None and rank < (1 if stacking else 2):
        return tf.stack(values, axis) if stacking else tf.concat(values, axis)
    depth = max([x.ragged_rank for x in ragged], default=0 if stacking and axis == 0 and rank == 1 else 1)
    return _along([divided(x, depth, dtype) for x in values], axis, stacking, dtype)


def divided(x: Any, depth: int, dtype: DType) -> Any:
    """``x`` with ``depth`` ragged dimensions at least."""
    own = x.ragged_rank if isinstance(x, RaggedTensor) else 0
    if own >= depth:
        return x
    flat = x.flat_values if own else x
    inner = RaggedTensor.from_tensor(flat, ragged_rank=depth - own, row_splits_dtype=dtype)
    return x.with_flat_values(inner) if own else inner


def _along(values: list[Any], axis: int, stacking: bool, dtype: DType) -> Any:
    if axis and all(isinstance(x, Tensor) for x in values):
        return tf.stack(values, axis) if stacking else tf.concat(values, axis)
    if axis == 0:
        return _along_rows(values, stacking, dtype)
    if axis == 1:
        return _inside_rows(values, stacking, dtype)
    return values[0].with_values(_along([x.values for x in values], axis - 1, stacking, dtype))


def _row_count(x: Any, dtype: DType) -> Any:
    return x.nrows() if isinstance(x, RaggedTensor) else tf.shape(x, out_type=dtype)[0]


def _along_rows(values: list[Any], stacking: bool, dtype: DType) -> Any:
    """The rows of all values, one after the other; stacked, each value's rows make one row."""
    joined = values[0]
    if len(values) > 1:
        if isinstance(joined, Tensor):
            joined = tf.concat(values, 0)
        else:
            lengths = tf.concat([x.row_lengths() for x in values], 0)
            inner = _along_rows([x.values for x in values], False, dtype)
            joined = RaggedTensor(inner, RowPartition.from_row_lengths(lengths, validate=False), internal=True)
    if not stacking:
        return joined
    counts = tf.stack([_row_count(x, dtype) for x in values])
    return RaggedTensor(joined, RowPartition.from_row_lengths(counts, validate=False), internal=True)


def _inside_rows(values: list[Any], stacking: bool, dtype: DType) -> Any:
    """Row i of the result: the rows i of all values, one after the other."""
    count, first = len(values), values[0]._row_partition
    known = {x._row_partition.static_nrows for x in values} - {None}
    if len(known) > 1:
        raise ValueError(f"All values must have the same number of rows, got {sorted(known)}.")
    for x in values[1:]:
        if len(known) == 0 or x._row_partition.static_nrows is None:
            tf.debugging.Assert(tf.equal(x.nrows(), first.nrows()), ["All values must have the same number of rows."])
    joined = _along_rows(values, False, dtype)
    order = tf.reshape(tf.transpose(tf.reshape(tf.range(first.nrows() * count), [count, -1])), [-1])
    mixed = tf.gather(joined, order)
    if stacking:
        return RaggedTensor(mixed, RowPartition(first.row_numbers(1) * count), internal=True)
    splits = tf.gather(mixed.row_splits, first.row_numbers(1) * count)
    return RaggedTensor(mixed.values, RowPartition(splits), internal=True)


@handles("Tile")
def tile(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Repeated along each dimension."""
    x, multiples = inputs
    dtype = x.row_splits.dtype
    times = tf.convert_to_tensor(multiples, None if isinstance(multiples, Tensor) else dtype)
    return _tiled(x, tf.cast(times, dtype))


def _tiled(x: Any, times: Any) -> Any:
    if isinstance(x, Tensor):
        return tf.tile(x, times)
    dtype = x.row_splits.dtype
    inner = x.values
    rest = tf.concat([tf.ones([1], dtype), times[2:]], 0)
    if static_ones(times[2:]) is not True:
        inner = _tiled(inner, rest)
    repeated = tf.tile(x._row_partition.row_numbers(), times[:1])
    starts, lengths = tf.gather(x.row_starts(), repeated), tf.gather(x.row_lengths(), repeated)
    across = times[1]
    starts = tf.repeat(starts, across, axis=0)
    limits = starts + tf.repeat(lengths, across, axis=0)
    _, places = RAGGED_RANGE(starts, limits, tf.ones((), dtype), Tsplits=dtype)
    partition = RowPartition.from_row_lengths(lengths * across, validate=False)
    return RaggedTensor(tf.gather(inner, places), partition, internal=True)


def static_ones(vector: Any) -> bool | None:
    """Whether all entries are known to be 1; None if nothing is known."""
    known = vector.spec.vector()
    return None if known is None else all(size == 1 for size in known)


@handles("ReverseV2")
def reverse(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """The order of rows, or of values in rows, turned around."""
    x, axis = inputs
    axes = static_axes(axis, "reverse")
    for each in [axes] if isinstance(axes, int) else axes or []:
        place = axis_of(each, x.shape.rank)
        x = x[(slice(None),) * place + (slice(None, None, -1),)]
    return x


@handles("Unpack")
def unstack(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """The rows, or the entries of a uniform dimension, as a list."""
    x, count = inputs[0], attrs.get("num")
    axis = axis_of(attrs.get("axis", 0), x.shape.rank)
    size = x.shape[axis] if count is None else count
    if size is None:
        raise ValueError(f"Cannot infer argument `num` from shape {x.shape}: dimension {axis} is ragged or unknown.")
    return [x[(slice(None),) * axis + (index,)] for index in range(size)]


@handles("Split", "SplitV")
def split(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """Consecutive parts along the first dimension, or along one that is uniform."""
    if op.name == "Split":
        axis, x = inputs
        at, count = axis_of(_single(axis, "split"), x.shape.rank), attrs["num_split"]
        size = x.shape[at]
        if size is None and at == 0:
            part = x.nrows() // count
            return [x[place * part : (place + 1) * part] for place in range(count)]
        if size is None:
            raise ValueError(f"split: dimension {at} is ragged; give the sizes of the parts, or take slices.")
        if size % count:
            raise ValueError(f"split: dimension {at} has {size} entries, which {count} does not divide.")
        parts = [size // count] * count
    else:
        x, sizes, axis = inputs
        at = axis_of(_single(axis, "split"), x.shape.rank)
        if isinstance(sizes, RaggedTensor):
            raise CompositeOperandError(sizes)
        vector = sizes if isinstance(sizes, Tensor) else tf.convert_to_tensor(sizes)
        parts = [static_value(vector[place]) for place in range(vector.shape[0])]
        if None in parts:
            raise ValueError("split: the sizes of the parts of a ragged tensor must be known.")
    found, begin = [], 0
    for part in parts:
        found.append(x[(slice(None),) * at + (slice(begin, begin + part),)])
        begin += part
    return found
