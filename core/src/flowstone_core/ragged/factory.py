"""``tf.ragged.constant`` and ``tf.ragged.range``."""

from __future__ import annotations

from itertools import repeat
from typing import Any

import numpy as np

from flowstone_core.api import tf
from flowstone_core.dtypes import as_dtype, int64
from flowstone_core.ops.ragged import RAGGED_RANGE
from flowstone_core.ragged.row_partition import RowPartition
from flowstone_core.ragged.tensor import RaggedTensor
from flowstone_core.tensor import Tensor


def constant(
    pylist: Any,
    dtype: Any = None,
    ragged_rank: int | None = None,
    inner_shape: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = int64,
) -> Any:
    """A ragged tensor of nested Python lists.

    >>> tf.ragged.constant([[1, 2], [3], [4, 5, 6]])
    <tf.RaggedTensor [[1, 2], [3], [4, 5, 6]]>

    Args:
        pylist: Nested lists, tuples or arrays; all values at the same depth.
        dtype: The type of the values; by default what ``tf.constant`` finds.
        ragged_rank: How many dimensions are ragged; by default all but the first.
        inner_shape: The shape of the values in the innermost rows.
        name: A name for the operation.
        row_splits_dtype: The type of the row splits: int32 or int64.

    Returns:
        A ``tf.RaggedTensor``; a plain tensor for no ragged dimension.

    Raises:
        ValueError: If values lie at different depths, or the depth does not fit ``ragged_rank`` and ``inner_shape``.
    """
    splits_type = as_dtype(row_splits_dtype)
    nested = _listed(pylist)
    shape = None if inner_shape is None else tuple(inner_shape)
    if not isinstance(nested, list):
        if ragged_rank or shape:
            raise ValueError(f"Invalid pylist={pylist!r}: incompatible with ragged_rank={ragged_rank}, {inner_shape=}.")
        return tf.constant(nested, dtype)
    scalar_depth, depth = _depths(nested)
    if scalar_depth is not None and depth > scalar_depth:
        raise ValueError(f"Invalid pylist={pylist!r}: empty list nesting is greater than scalar value nesting")
    if ragged_rank is None:
        ragged_rank = max(1 if shape is not None else 0, depth - 1 - len(shape or ()))
        if shape is not None and depth < ragged_rank + 1 + len(shape):
            raise ValueError(f"Invalid pylist={pylist!r}: incompatible with inner_shape={inner_shape}")
    elif shape is not None and depth > ragged_rank + 1 + len(shape):
        raise ValueError(f"Invalid pylist={pylist!r}: incompatible with {ragged_rank=}, inner_shape={inner_shape}")
    elif ragged_rank < 0 or (ragged_rank and ragged_rank >= depth):
        raise ValueError(f"Invalid pylist={pylist!r}: incompatible with ragged_rank={ragged_rank}")
    values = nested
    splits = []
    for _ in repeat(None, ragged_rank):
        splits.append(np.cumsum([0, *map(len, values)]))
        values = [item for row in values for item in row]
    flat = _inner(values, dtype, shape)
    partitions = [RowPartition(tf.constant(each, splits_type)) for each in splits]
    return RaggedTensor._from_nested_row_partitions(flat, partitions)


def _inner(values: list[Any], dtype: Any, shape: tuple[int, ...] | None) -> Any:
    """The innermost values as a tensor."""
    if shape is None and values:
        return tf.constant(values, dtype)
    if values:
        return tf.constant(values, dtype, (len(values), *(shape or ())))
    return tf.zeros((0, *(shape or ())), "float32" if dtype is None else dtype)


def _listed(value: Any) -> Any:
    """Tuples and arrays as lists, at all depths."""
    if isinstance(value, np.ndarray):
        return _listed(list(value)) if value.ndim else value
    if isinstance(value, (list, tuple)):
        return [_listed(item) for item in value]
    return value


def _depths(value: Any) -> tuple[int | None, int]:
    """How deep the values lie (None for none), and the deepest list.

    Raises:
        ValueError: If values lie at different depths.
    """
    if not isinstance(value, list):
        return 0, 0
    scalar, deepest = None, 0
    for item in value:
        its_scalar, its_depth = _depths(item)
        if its_scalar is not None:
            if scalar is not None and scalar != its_scalar:
                raise ValueError("all scalar values must have the same nesting depth")
            scalar = its_scalar
        deepest = max(deepest, its_depth)
    return None if scalar is None else scalar + 1, deepest + 1


def range(
    starts: Any,
    limits: Any = None,
    deltas: Any = 1,
    dtype: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = int64,
) -> RaggedTensor:
    """A row for each range: ``range(starts[i], limits[i], deltas[i])``.

    >>> tf.ragged.range([3, 5, 2])
    <tf.RaggedTensor [[0, 1, 2], [0, 1, 2, 3, 4], [0, 1]]>

    Args:
        starts: Where the ranges begin; their limits if ``limits`` is None, and they begin at 0.
        limits: Where they end (exclusive).
        deltas: Their steps, not 0.
        dtype: The type of the values.
        name: A name for the operation.
        row_splits_dtype: The type of the row splits.

    Raises:
        tf.errors.InvalidArgumentError: If lengths differ or a step is 0.
    """
    splits_type = as_dtype(row_splits_dtype)
    if limits is None:
        starts, limits = 0, starts
    with tf.name_scope(name or "RaggedRange"):
        operands = [
            tf.convert_to_tensor(each, dtype if isinstance(each, Tensor) else None) for each in (starts, limits, deltas)
        ]
        if dtype is None:
            order = ["int32", "int64", "float32", "float64"]
            names = [each.dtype.name for each in operands]
            dtype = max(names, key=lambda each: order.index(each) if each in order else len(order))
        splits, values = RAGGED_RANGE(*(tf.cast(each, dtype) for each in operands), Tsplits=splits_type)
        return RaggedTensor(values, RowPartition(splits), internal=True)
