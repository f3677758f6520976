"""``ragged[...]``: rows by number, slices of rows and inside of rows, new axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowstone_core.api import tf
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import building_graph, user_error
from flowstone_core.ops.ragged import RAGGED_RANGE
from flowstone_core.ragged.row_partition import RowPartition, static_value
from flowstone_core.tensor import EagerTensor, Tensor


def axis_of(axis: int, rank: int | None, name: str = "axis") -> int:
    """``axis`` counted from the first dimension.

    Raises:
        ValueError: If it is out of range, or negative while the rank is unknown.
    """
    if rank is None:
        if axis < 0:
            raise ValueError(f"{name}={axis} may only be negative if the rank is known.")
        return axis
    if not -rank <= axis < rank:
        raise ValueError(f"{name}={axis} out of bounds: expected {-rank}<={name}<{rank}")
    return axis % rank


def merged(x: Any, outer: int, inner: int) -> Any:
    """The dimensions of a tensor or ragged tensor from ``outer`` to ``inner`` as one."""
    if outer == inner:
        return x
    if isinstance(x, Tensor):
        shape = tf.shape(x)
        result = tf.reshape(x, tf.concat([shape[:outer], [-1], shape[inner + 1 :]], 0))
        if type(result) is not EagerTensor and x.shape.rank is not None:
            result.set_shape(x.shape[:outer].concatenate([None]).concatenate(x.shape[inner + 1 :]))
        return result
    if outer == 0:
        return merged(x.values, 0, inner - 1)
    if outer > 1:
        return x.with_values(merged(x.values, outer - 1, inner - 1))
    splits, values = x.row_splits, x.values
    for _ in range(inner - 1):
        if isinstance(values, Tensor):
            splits = splits * tf.shape(values, out_type=splits.dtype)[1]
            values = merged(values, 0, 1)
        else:
            splits, values = tf.gather(values.row_splits, splits), values.values
    return type(x)(values, RowPartition(splits), internal=True)


def getitem(x: Any, key: Any) -> Any:
    """``x[key]`` of a ragged tensor.

    Raises:
        TypeError: If the key holds anything but integers, slices, ``...`` and ``None``.
        ValueError: If it picks from a ragged dimension inside the first, where rows have different lengths.
        IndexError: Eagerly, if there is no such row.
    """
    keys = list(key) if isinstance(key, (list, tuple)) else [key]
    for item in keys:
        _check(item)
    return _item(x, keys)


def _check(item: Any) -> None:
    parts = (item.start, item.stop, item.step) if isinstance(item, slice) else (item,)
    for part in parts:
        if part is None or part is Ellipsis or (isinstance(part, (int, np.integer)) and not isinstance(part, bool)):
            continue
        if isinstance(part, Tensor) and part.dtype.is_integer and part.ndim in (None, 0):
            continue
        raise TypeError(
            "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors "
            f"are valid indices, got {item!r}"
        )
    if isinstance(item, slice) and any(part is Ellipsis for part in parts):
        raise TypeError(f"A slice cannot have `...` as a bound, got {item!r}.")


def _expanded(keys: list[Any], rank: int | None) -> list[Any]:
    """The keys with a leading ``...`` as as many full slices as it stands for."""
    if not keys or keys[0] is not Ellipsis:
        return keys
    if rank is None:
        raise ValueError("Ellipsis not supported for a ragged tensor of unknown rank.")
    rest = keys[1:]
    if any(item is Ellipsis for item in rest):
        raise ValueError("Only one `...` may be used in an index.")
    count = rank - sum(item is not None for item in rest)
    return [slice(None)] * max(count, 0) + rest


def _rank(x: Any) -> int | None:
    rank: int | None = x.shape.rank
    return rank


def _item(x: Any, keys: list[Any]) -> Any:
    keys = _expanded(keys, _rank(x))
    if not keys:
        return x
    if isinstance(x, Tensor):
        return x[tuple(keys)]
    first, rest = keys[0], keys[1:]
    if first is None:
        inner = _item(x, rest)
        rows = tf.shape(inner)[0] if isinstance(inner, Tensor) else inner.nrows()
        return tf.RaggedTensor.from_uniform_row_length(inner, rows, nrows=1)
    if isinstance(first, slice):
        return _inside(_some_rows(x, first), rest)
    return _item(_row(x, first), rest)


def _row(x: Any, index: Any) -> Any:
    """One row: a tensor, or a ragged tensor of one dimension less."""
    rows = x._row_partition.static_nrows
    known = index if not isinstance(index, Tensor) else static_value(index)
    if rows is not None and known is not None and not -rows <= known < rows:
        text = f"Row key {known} out of bounds: there are {rows} rows."
        raise user_error(SpecError(text)) if known < 0 or building_graph() else IndexError(text)  # TensorFlow's types
    return x.values[x.row_starts()[index] : x.row_limits()[index]]


def _some_rows(x: Any, key: slice) -> Any:
    """The rows of a slice."""
    if key == slice(None):
        return x
    partition = x._row_partition
    starts, limits = partition.row_starts()[key], partition.row_limits()[key]
    if key.step is None or (isinstance(key.step, int) and key.step == 1):
        zero = tf.zeros([1], starts.dtype)
        begin, end = tf.concat([starts, zero], 0)[0], tf.concat([zero, limits], 0)[-1]
        values, splits = x.values[begin:end], tf.concat([starts, end[None]], 0) - begin
    else:
        splits, values = _picked(x.values, starts, limits)
    return type(x)(values, RowPartition(splits, partition.uniform_row_length()), internal=True)


def _picked(values: Any, starts: Any, limits: Any, step: Any = 1) -> tuple[Any, Any]:
    """The values from starts to limits, and the splits of the rows they make."""
    splits, places = RAGGED_RANGE(starts, limits, tf.cast(step, starts.dtype), Tsplits=starts.dtype)
    return splits, tf.gather(values, places)


def _inside(x: Any, keys: Sequence[Any]) -> Any:
    """``x[:, keys]``."""
    if isinstance(x, Tensor):
        return x[(slice(None), *keys)] if keys else x
    rank = _rank(x)
    keys = _expanded(list(keys), None if rank is None else rank - 1)
    if not keys:
        return x
    first, rest = keys[0], keys[1:]
    if first is None:
        inner = _inside(x, rest)
        rows = x.nrows()
        return tf.RaggedTensor.from_uniform_row_length(inner, tf.constant(1, rows.dtype), nrows=rows)
    if isinstance(first, slice):
        sliced = _columns(x, first)
        return sliced.with_values(_inside(sliced.values, rest))
    return _inside(_column(x, first), rest)


def _column(x: Any, index: Any) -> Any:
    """The values at one place of all rows, which must be uniform."""
    length = x.uniform_row_length
    if length is None:
        raise ValueError("Cannot index into an inner ragged dimension.")
    size = static_value(length)
    known = index if not isinstance(index, Tensor) else static_value(index)
    if size is not None and known is not None and not -size <= known < size:
        raise IndexError(f"Index {known} is out of bounds for rows of length {size}.")
    place = tf.cast(index, length.dtype)
    return tf.gather(x.values, x.row_starts() + tf.where(place < 0, place + length, place))


def _columns(x: Any, key: slice) -> Any:
    """A slice of every row."""
    if key == slice(None):
        return x
    starts, lengths = x.row_starts(), x.row_lengths()
    dtype = lengths.dtype
    step = tf.cast(1 if key.step is None else key.step, dtype)
    backwards = _is_negative(step)
    first = _bound(key.start, lengths, backwards, at_end=backwards)
    last = _bound(key.stop, lengths, backwards, at_end=not backwards)
    splits, values = _picked(x.values, starts + first, starts + last, step)
    uniform = None
    if x.uniform_row_length is not None and x._row_partition.static_nrows:
        uniform = splits[1] - splits[0]
    return type(x)(values, RowPartition(splits, uniform), internal=True)


def _is_negative(step: Any) -> bool:
    value = static_value(step)
    if value == 0:
        raise ValueError("slice step cannot be zero")
    return value is not None and value < 0


def _bound(bound: Any, lengths: Any, backwards: bool, at_end: bool) -> Any:
    """Where a slice begins or ends in rows of these lengths: Python's rule, for each row."""
    low = tf.fill(tf.shape(lengths), tf.constant(-1 if backwards else 0, lengths.dtype))
    high = lengths - 1 if backwards else lengths
    if bound is None:
        return high if at_end else low
    place = tf.cast(bound, lengths.dtype)
    counted = tf.where(place < 0, place + lengths, place + tf.zeros_like(lengths))
    return tf.minimum(tf.maximum(counted, low), tf.maximum(high, low))


class Rows:
    """How a graph walks over the rows of a ragged tensor: by number."""

    consumes = False

    def __init__(self, x: Any) -> None:
        self._x = x

    def start(self) -> list[Any]:
        """The first row's number."""
        return [tf.zeros((), self._x.row_splits.dtype)]

    def more(self, variables: Sequence[Any]) -> Any:
        """Whether there is such a row."""
        return variables[0] < self._x.nrows()

    def item(self, variables: Sequence[Any]) -> Any:
        """The row."""
        return self._x[variables[0]]

    def advance(self, variables: Sequence[Any]) -> list[Any]:
        """The next row's number."""
        return [variables[0] + 1]
