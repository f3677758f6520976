"""Numpy kernels of ``flowstone_core.ops.counting``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.coordinates import check_inside, check_parts
from flowstone_core.ops import counting as ops

KERNELS = KernelSet()


def _counted(row: Any, size: int, weights: Any, binary: bool, dtype: Any) -> Any:
    inside = row < size
    kept = row[inside].astype(np.intp)
    if binary:
        counts = np.zeros(size, dtype)
        counts[kept] = 1
        return counts
    if weights is None or dtype.kind == "f":
        return np.bincount(kept, None if weights is None else weights[inside], size)[:size].astype(dtype)
    counts = np.zeros(size, dtype)
    np.add.at(counts, kept, weights[inside])
    return counts


@KERNELS.add(ops.DENSE_BINCOUNT)
def dense_bincount(input: Any, size: Any, weights: Any, *, binary_output: bool) -> Any:
    """Counts of all numbers, or of each row's."""
    if size.ndim or int(size) < 0:
        raise SpecError(f"size must be a scalar that is not negative, got {size}.")
    if input.ndim > 2:
        raise SpecError(f"Shape must be at most rank 2 but is rank {input.ndim}.")
    if weights.size and weights.shape != input.shape:
        raise SpecError(
            "`weights` must be the same shape as `arr` or a length-0 `Tensor`, in which case it acts as all weights "
            f"equal to 1. Received {list(weights.shape)}."
        )
    if input.size and input.min() < 0:
        raise SpecError("Input arr must be non-negative!")
    each = weights if weights.size else None
    if input.ndim < 2:
        flat = None if each is None else each.reshape(-1)
        return _counted(input.reshape(-1), int(size), flat, binary_output, weights.dtype)
    rows = [
        _counted(row, int(size), None if each is None else each[i], binary_output, weights.dtype)
        for i, row in enumerate(input)
    ]
    return np.array(rows, weights.dtype).reshape(input.shape[0], int(size))


@KERNELS.add(ops.SPARSE_BINCOUNT)
def sparse_bincount(
    indices: Any, values: Any, dense_shape: Any, size: Any, weights: Any, *, binary_output: bool
) -> Any:
    """Counts of the elements, or of those of each row."""
    if dense_shape.size not in (1, 2):
        raise SpecError(f"SparseBincount takes a vector or a matrix, got shape {dense_shape.tolist()}.")
    check_parts(indices, values, dense_shape)
    if dense_shape.size == 1:
        return dense_bincount(values, size, weights, binary_output=binary_output)
    check_inside(indices[:, :1], dense_shape[:1])
    if values.size and values.min() < 0:
        raise SpecError("SparseBincount: values must not be negative.")
    inside = values < size
    places = (indices[:, 0] * int(size) + values)[inside]
    each = weights[inside] if weights.size else weights
    shape = (int(dense_shape[0]), int(size))
    total = np.array(shape[0] * shape[1])
    return dense_bincount(places, total, each, binary_output=binary_output).reshape(shape)


@KERNELS.add(ops.BINCOUNT)
def bincount(arr: Any, size: Any, weights: Any) -> Any:
    """Counts of all numbers."""
    return dense_bincount(arr.reshape(-1), size, weights.reshape(-1), binary_output=False)


@KERNELS.add(ops.HISTOGRAM_FIXED_WIDTH)
def histogram_fixed_width(values: Any, value_range: Any, nbins: Any, *, dtype: DType) -> Any:
    """Parts of equal width; beyond the ends counts for the ends."""
    if value_range.shape != (2,):
        raise SpecError(f"value_range should be a vector of 2 elements, but got shape {value_range.shape}.")
    if nbins.ndim or int(nbins) <= 0:
        raise SpecError(f"nbins should be a positive number, but got {nbins}.")
    low, high = (float(limit) for limit in value_range)
    if not low < high:
        raise SpecError(f"value_range should satisfy value_range[0] < value_range[1], but got [{low:g}, {high:g}].")
    x = values.reshape(-1).astype(np.float64)
    if np.isnan(x).any():
        raise SpecError("Histogram values must not contain NaN.")
    count = int(nbins)
    positions = np.floor((x - low) / ((high - low) / count))
    places = np.clip(positions, 0, count - 1).astype(np.intp)
    return np.bincount(places, minlength=count).astype(dtype.numpy_dtype)
