"""Numpy kernels of ``flowstone_core.ops.sparse_counting``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.coordinates import check_inside, check_parts
from flowstone_core.ops import sparse_counting as ops

KERNELS = KernelSet()


def _counted(
    rows: Any, values: Any, weights: Any, shape: list[int], minlength: int, maxlength: int, binary: bool
) -> tuple[Any, Any, Any]:
    """The counts of each row's values: ``shape`` is that of the rows, empty for one count of all."""
    if weights.size and weights.shape != values.shape:
        raise SpecError(f"There must be a weight for each of {values.size} values, got {weights.size}.")
    if values.size and values.min() < 0:
        raise SpecError("Input values must all be non-negative.")
    length = maxlength if maxlength >= 0 else max(minlength, int(values.max(initial=0)) + 1)
    inside = values < length
    keys = (rows.astype(np.int64) * length + values)[inside]
    found, numbers = np.unique(keys, return_inverse=True)
    counts = np.zeros(found.size, weights.dtype)
    if binary:
        counts[:] = 1
    else:
        np.add.at(counts, numbers.reshape(-1), weights[inside] if weights.size else weights.dtype.type(1))
    columns = [found // max(length, 1), found % max(length, 1)] if shape else [found]
    return np.stack(columns, 1), counts, np.array([*shape, length], np.int64)


@KERNELS.add(ops.DENSE_COUNT)
def dense_count(
    values: Any, weights: Any, *, minlength: int, maxlength: int, binary_output: bool
) -> tuple[Any, Any, Any]:
    """Of a vector, or of each row of a matrix."""
    if values.ndim not in (1, 2):
        raise SpecError(f"Values are counted in a vector or a matrix, got rank {values.ndim}.")
    if weights.size and weights.shape != values.shape:
        raise SpecError(f"Weights and values must have one shape, got {weights.shape} and {values.shape}.")
    shape = list(values.shape[:-1])
    rows = np.repeat(np.arange(len(values)), values.shape[1]) if shape else np.zeros(values.size, np.int64)
    return _counted(rows, values.reshape(-1), weights.reshape(-1), shape, minlength, maxlength, binary_output)


@KERNELS.add(ops.RAGGED_COUNT)
def ragged_count(
    splits: Any, values: Any, weights: Any, *, minlength: int, maxlength: int, binary_output: bool
) -> tuple[Any, Any, Any]:
    """Of each row of a ragged matrix."""
    if splits.ndim != 1 or splits.size < 2:
        raise SpecError("Must provide at least 2 elements for the splits argument.")
    if splits[0] != 0 or splits[-1] != values.size or (np.diff(splits) < 0).any():
        raise SpecError(f"Splits must go up from 0 to the number of values, {values.size}, got {splits.tolist()}.")
    rows = np.repeat(np.arange(splits.size - 1), np.diff(splits))
    return _counted(rows, values, weights, [splits.size - 1], minlength, maxlength, binary_output)


@KERNELS.add(ops.SPARSE_COUNT)
def sparse_count(
    indices: Any,
    values: Any,
    dense_shape: Any,
    weights: Any,
    *,
    minlength: int,
    maxlength: int,
    binary_output: bool,
) -> tuple[Any, Any, Any]:
    """Of the elements of a sparse vector, or of each row of a sparse matrix."""
    check_parts(indices, values, dense_shape)
    if dense_shape.size not in (1, 2):
        raise SpecError(f"Values are counted in a vector or a matrix, got shape {dense_shape.tolist()}.")
    shape = dense_shape[:-1].tolist()
    check_inside(indices[:, : len(shape)], dense_shape[: len(shape)])
    rows = indices[:, 0] if shape else np.zeros(values.size, np.int64)
    return _counted(rows, values, weights, shape, minlength, maxlength, binary_output)
