"""Numpy kernels of ``flowstone_core.ops.ragged``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType, string
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.gathering import check_indices
from flowstone_core.kernels.indexing import blank
from flowstone_core.ops import ragged as ops
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()


def checked_splits(splits: Any, what: str, total: int | None = None) -> Any:
    """``splits`` if they start at 0, increase, and end at ``total``.

    Raises:
        SpecError: If they do not.
    """
    if splits.ndim != 1 or not splits.size:
        raise SpecError(
            f"{what}: row splits must be a vector of at least one element, got {TensorShape(splits.shape)}."
        )
    if splits[0] != 0:
        raise SpecError(f"{what}: row splits must start at 0, got {splits[0]}.")
    if (splits[1:] < splits[:-1]).any():
        raise SpecError(f"{what}: row splits must be increasing.")
    if total is not None and splits[-1] != total:
        raise SpecError(f"{what}: row splits must end at the number of values, {total}, got {splits[-1]}.")
    return splits


def _nested(splits: Sequence[Any], values: Any, what: str) -> None:
    """Check the splits of a nested ragged tensor, outermost first."""
    if not values.ndim:
        raise SpecError(f"{what}: values must have at least 1 dimension.")
    sizes = [*(len(each) - 1 if each.ndim else 0 for each in splits[1:]), len(values)]
    for each, total in zip(splits, sizes, strict=True):
        checked_splits(each, what, total)


def places_in_rows(lengths: Any) -> Any:
    """0, 1, 2, ... in each row of rows of these lengths, one after the other."""
    ends = np.cumsum(lengths, dtype=np.int64)
    total = int(ends[-1]) if ends.size else 0
    return np.arange(total, dtype=np.int64) - np.repeat(ends - lengths, lengths)


def splits_of(lengths: Any, dtype: Any) -> Any:
    """Row splits from row lengths."""
    splits = np.zeros(len(lengths) + 1, dtype)
    np.cumsum(lengths, out=splits[1:])
    return splits


# -- range ---------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.RAGGED_RANGE)
def ragged_range(starts: Any, limits: Any, deltas: Any, *, Tsplits: DType) -> Any:
    """``arange`` of each row; scalars serve all rows."""
    operands = [starts, limits, deltas]
    if any(each.ndim > 1 for each in operands) or len({len(each) for each in operands if each.ndim}) > 1:
        raise SpecError("RaggedRange: starts, limits and deltas must be scalars or vectors of one length.")
    first, last, step = np.broadcast_arrays(*(np.atleast_1d(each) for each in operands))
    if not step.all():
        raise SpecError("RaggedRange: every delta must differ from 0.")
    exact = first.dtype.kind in "iu"
    wide: tuple[Any, ...] = (
        (first, last, step) if exact else tuple(each.astype(np.float64) for each in (first, last, step))
    )
    distance = wide[1] - wide[0]
    counts = -(-distance // wide[2]) if exact else np.ceil(distance / wide[2])
    counts = np.where((wide[2] > 0) == (distance > 0), counts, 0).astype(np.int64)
    if Tsplits.size == 4 and counts.sum() > np.iinfo(np.int32).max:
        raise InvalidArgumentError(None, None, "RaggedRange: too many values for int32 row splits; use int64.")
    places = places_in_rows(counts)
    values = np.repeat(wide[0], counts) + places * np.repeat(wide[2], counts)
    return splits_of(counts, Tsplits.numpy_dtype), values.astype(first.dtype, copy=False)


# -- gather --------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.RAGGED_GATHER)
def ragged_gather(splits: list[Any], values: Any, indices: Any, *, OUTPUT_RAGGED_RANK: int) -> Any:
    """The rows at ``indices``: at each level the children of the rows picked so far."""
    if indices.ndim + len(splits) - 1 != OUTPUT_RAGGED_RANK:
        raise ValueError  # the shape rule explains
    _nested(splits, values, "RaggedGather")
    check_indices(indices, len(splits[0]) - 1)
    found = [
        np.arange(rows + 1, dtype=splits[0].dtype) * size
        for rows, size in zip(np.cumprod(indices.shape).tolist(), indices.shape[1:], strict=False)
    ]
    picked = indices.reshape(-1).astype(np.int64)
    for each in splits:
        lengths = (each[1:] - each[:-1])[picked]
        found.append(splits_of(lengths, each.dtype))
        picked = np.repeat(each[:-1][picked].astype(np.int64), lengths) + places_in_rows(lengths)
    return found if indices.ndim else found[1:], values[picked]  # of one row the outermost partition goes


# -- to dense and to sparse ------------------------------------------------------------------------------------------


def _row_splits(partitions: list[Any], types: Sequence[str], total: int) -> list[Any]:
    """All row partitions as row splits, outermost first."""
    found: list[Any] = []
    rows = 0
    last = len(types) - 1
    for place, (partition, kind) in enumerate(zip(partitions, types, strict=True)):
        if kind == ops.FIRST_DIM_SIZE:
            if place:
                raise SpecError("RaggedTensorToTensor: FIRST_DIM_SIZE must come first.")
            rows = int(partition)
        elif kind == ops.ROW_SPLITS:
            children = None if place < last else total
            found.append(checked_splits(partition, "RaggedTensorToTensor", children))
            rows = int(partition[-1])
        elif kind == ops.VALUE_ROWIDS:
            if partition.ndim != 1 or (partition[1:] < partition[:-1]).any():
                raise SpecError("RaggedTensorToTensor: value row ids must be an increasing vector.")
            check_indices(partition, rows, "value_rowids")
            found.append(splits_of(np.bincount(partition, minlength=rows), np.int64))
            rows = len(partition)
        else:
            raise SpecError(f"RaggedTensorToTensor: unknown type of row partition {kind!r}.")
    if not found:
        raise SpecError("RaggedTensorToTensor: there must be at least one ragged dimension.")
    return found


@KERNELS.add(ops.RAGGED_TENSOR_TO_TENSOR)
def ragged_tensor_to_tensor(
    shape: Any, values: Any, default_value: Any, partitions: list[Any], *, row_partition_types: Sequence[str]
) -> Any:
    """Values are written where they belong in an array of the default; those beyond ``shape`` are left out."""
    splits = _row_splits(partitions, row_partition_types, len(values) if values.ndim else 0)
    inner = values.shape[1:]
    rank = len(splits) + 1 + len(inner)
    asked = [-1] * rank if not shape.ndim else shape.tolist()
    if (not shape.ndim and shape != -1) or len(asked) != rank:
        raise SpecError(f"RaggedTensorToTensor: shape {shape.tolist()} is not one of a tensor of rank {rank}.")
    lengths = [each[1:] - each[:-1] for each in splits]
    longest = [len(lengths[0]), *(int(each.max(initial=0)) for each in lengths)]
    sizes = [size if want < 0 else want for size, want in zip([*longest, *inner], asked, strict=True)]
    if tuple(sizes[len(longest) :]) != inner:
        raise SpecError(f"RaggedTensorToTensor: the inner sizes {list(inner)} of values are not those of {asked}.")
    if default_value.ndim > len(inner):
        raise SpecError(
            f"RaggedTensorToTensor: default_value of shape {TensorShape(default_value.shape)} must broadcast to the "
            f"inner shape {list(inner)} of values."
        )
    dense = blank(tuple(sizes), values)
    dense[...] = default_value
    where = np.arange(longest[0], dtype=np.int64)
    where[where >= sizes[0]] = -1
    for each, size in zip(lengths, sizes[1:], strict=False):
        parents, places = np.repeat(where, each), places_in_rows(each)
        where = np.where((parents < 0) | (places >= size), -1, parents * size + places)
    kept = where >= 0
    outer = int(np.prod(sizes[: len(longest)]))
    dense.reshape(outer, *inner)[where[kept]] = values[kept]
    return dense


@KERNELS.add(ops.RAGGED_TENSOR_TO_SPARSE)
def ragged_tensor_to_sparse(splits: list[Any], values: Any) -> Any:
    """Each value's row at each level, and its place in it."""
    _nested(splits, values, "RaggedTensorToSparse")
    lengths = [each[1:] - each[:-1] for each in splits]
    columns: list[Any] = [np.arange(len(lengths[0]), dtype=np.int64)]
    for each in lengths:
        columns = [*(np.repeat(column, each) for column in columns), places_in_rows(each)]
    inner = values.shape[1:]
    count = int(np.prod(inner))
    indices = np.stack(columns, axis=1)
    if inner:
        own = np.indices(inner, np.int64).reshape(len(inner), -1).T
        indices = np.concatenate([np.repeat(indices, count, axis=0), np.tile(own, (len(values), 1))], axis=1)
    dense = [len(lengths[0]), *(int(each.max(initial=0)) for each in lengths), *inner]
    return indices, values.reshape(-1), np.array(dense, np.int64)


# -- crosses and counts --------------------------------------------------------------------------------------------


class _Feature:
    """One operand of a cross: its values, row after row, and how many each row has."""

    def __init__(self, values: Any, lengths: Any) -> None:
        self.values = values
        self.lengths = lengths
        self.starts = np.cumsum(lengths, dtype=np.int64) - lengths

    def texts(self) -> Any:
        """The values as bytes."""
        if self.values.dtype == object:
            return self.values
        return np.array([b"%d" % value for value in self.values.tolist()] + [b""], object)[:-1]


def _features(order: str, ragged: list[_Feature], sparse: list[_Feature], dense: list[_Feature]) -> list[_Feature]:
    sources = {"R": iter(ragged), "S": iter(sparse), "D": iter(dense)}
    if sorted(order) != sorted("R" * len(ragged) + "S" * len(sparse) + "D" * len(dense)):
        raise SpecError(f"RaggedCross: input_order {order!r} does not fit the inputs.")
    return [next(sources[letter]) for letter in order]


@KERNELS.add(ops.RAGGED_CROSS)
def ragged_cross(
    ragged_values: list[Any],
    ragged_splits: list[Any],
    sparse_indices: list[Any],
    sparse_values: list[Any],
    sparse_shape: list[Any],
    dense_inputs: list[Any],
    *,
    input_order: str,
    hashed_output: bool,
    out_values_type: DType,
    out_row_splits_type: DType,
    **attrs: Any,
) -> Any:
    """All combinations of one value from each feature, row by row; the last feature varies fastest."""
    if hashed_output or out_values_type is not string:
        raise SpecError("RaggedCross: hashed crosses are not supported; hash the crossed strings instead.")
    ragged = [
        _Feature(values, np.diff(checked_splits(splits, "RaggedCross", len(values))))
        for values, splits in zip(ragged_values, ragged_splits, strict=True)
    ]
    sparse = [
        _Feature(values, np.bincount(indices[:, 0], minlength=int(shape[0])))
        for indices, values, shape in zip(sparse_indices, sparse_values, sparse_shape, strict=True)
    ]
    dense = [_Feature(array.reshape(-1), np.full(len(array), array.shape[1])) for array in dense_inputs]
    features = _features(input_order, ragged, sparse, dense)
    if not features or len({len(each.lengths) for each in features}) != 1:
        raise SpecError("RaggedCross: all inputs must have the same number of rows.")
    counts = reduce(np.multiply, (each.lengths for each in features)).astype(np.int64)
    rows, places = np.repeat(np.arange(len(counts)), counts), places_in_rows(counts)
    columns: list[Any] = []
    for each in reversed(features):
        own = each.lengths[rows]
        columns.append(each.texts()[each.starts[rows] + places % np.maximum(own, 1)])
        places = places // np.maximum(own, 1)
    crossed = reduce(lambda left, right: left + b"_X_" + right, reversed(columns))
    return crossed, splits_of(counts, out_row_splits_type.numpy_dtype)


@KERNELS.add(ops.RAGGED_BINCOUNT)
def ragged_bincount(splits: Any, values: Any, size: Any, weights: Any, *, binary_output: bool) -> Any:
    """How often each number below ``size`` occurs in each row, or the sum of its weights."""
    if size.ndim or size < 0:
        raise SpecError(f"RaggedBincount: size must be a scalar that is not negative, got {size.tolist()}.")
    checked_splits(splits, "RaggedBincount", values.size)
    if values.size and values.min() < 0:
        raise SpecError("RaggedBincount: values must not be negative.")
    if weights.size and weights.shape != values.shape:
        raise SpecError(
            f"RaggedBincount: weights of shape {TensorShape(weights.shape)} must have the shape of values "
            f"{TensorShape(values.shape)}."
        )
    rows, count = len(splits) - 1, int(size)
    flat = values.reshape(-1)
    kept = flat < count
    bins = (np.repeat(np.arange(rows), np.diff(splits)) * count + flat)[kept]
    output = np.zeros(rows * count, weights.dtype)
    if binary_output:
        output[bins] = 1
    else:
        np.add.at(output, bins, weights.reshape(-1)[kept] if weights.size else np.ones((), weights.dtype))
    return output.reshape(rows, count)
