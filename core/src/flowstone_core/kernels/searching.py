"""Numpy kernels of ``flowstone_core.ops.searching``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import searching as ops
from flowstone_core.shapes import TensorShape
from flowstone_core.typelists import NUMBER_KERNELS

KERNELS = KernelSet()


def first_occurrences(x: Any) -> tuple[Any, Any, Any]:
    """For a vector: where each distinct value occurs first, each element's value number, and the counts."""
    if x.dtype.kind not in "biufcO":  # numpy sorts no types of ml_dtypes
        x = x.astype(np.float32)
    values, first, inverse, counts = np.unique(
        x, return_index=True, return_inverse=True, return_counts=True, equal_nan=False
    )
    order = np.argsort(first, kind="stable")
    number = np.empty(values.size, np.int64)
    number[order] = np.arange(values.size)
    return first[order], number[inverse.reshape(-1)], counts[order]


def _distinct(x: Any) -> tuple[Any, Any, Any]:
    if x.ndim != 1:
        raise SpecError(f"Unique expects a 1D vector, got shape {TensorShape(x.shape)}.")
    first, numbers, counts = first_occurrences(x)
    return x[first], numbers, counts


def _distinct_slices(x: Any, axis: Any) -> tuple[Any, Any, Any]:
    if axis.size > 1:
        raise SpecError(f"Unique: axis must have at most 1 element, got {axis.tolist()}.")
    if not axis.size:
        return _distinct(x)
    at = int(axis.reshape(-1)[0])
    if not -x.ndim <= at < x.ndim:
        raise SpecError(f"Unique: axis {at} has to be between [0, {x.ndim}).")
    rows = np.moveaxis(x, at, 0)
    seen: dict[Any, int] = {}
    first: list[int] = []
    numbers = np.empty(len(rows), np.int64)
    for place, row in enumerate(rows):
        key = tuple(row.reshape(-1).tolist())
        if key not in seen:
            seen[key] = len(first)
            first.append(place)
        numbers[place] = seen[key]
    counts = np.bincount(numbers, minlength=len(first))
    return np.take(x, first, at), numbers, counts


def _typed(found: Callable[..., tuple[Any, Any, Any]], with_counts: bool) -> Callable[..., Any]:
    def kernel(*arrays: Any, out_idx: DType) -> tuple[Any, ...]:
        y, numbers, counts = found(*arrays)
        kind = out_idx.numpy_dtype
        return (y, numbers.astype(kind), counts.astype(kind)) if with_counts else (y, numbers.astype(kind))

    return kernel


KERNELS.add(ops.UNIQUE)(_typed(_distinct, False))
KERNELS.add(ops.UNIQUE_V2)(_typed(_distinct_slices, False))
KERNELS.add(ops.UNIQUE_WITH_COUNTS)(_typed(_distinct, True))
KERNELS.add(ops.UNIQUE_WITH_COUNTS_V2)(_typed(_distinct_slices, True))


@KERNELS.add(ops.LIST_DIFF)
def list_diff(x: Any, y: Any, *, out_idx: DType) -> tuple[Any, Any]:
    """What of ``x`` is not in ``y``."""
    for value, what in ((x, "x"), (y, "y")):
        if value.ndim != 1:
            raise SpecError(f"ListDiff: {what} should be a 1D vector, got shape {TensorShape(value.shape)}.")
    taken = set(y.tolist())
    places = [place for place, value in enumerate(x.tolist()) if value not in taken]
    return x[places], np.array(places, out_idx.numpy_dtype)


# -- sorted sequences ----------------------------------------------------------------------------------------------


def _bound(side: Any) -> Callable[..., Any]:
    def kernel(sorted_inputs: Any, values: Any, *, out_type: DType) -> Any:
        if sorted_inputs.ndim != 2 or values.ndim != 2:
            raise ValueError  # the shape rule explains
        if len(sorted_inputs) != len(values):
            raise SpecError(
                f"Leading dim_size of both tensors must match, got {len(sorted_inputs)} sequences and {len(values)} "
                "rows of values."
            )
        result = np.empty(values.shape, out_type.numpy_dtype)
        for sequence, wanted, row in zip(sorted_inputs, values, result, strict=True):
            row[:] = np.searchsorted(sequence, wanted, side)
            if wanted.dtype.kind == "f":  # nothing is less than a NaN, nor greater
                row[np.isnan(wanted)] = 0 if side == "left" else sequence.size
        return result

    return kernel


KERNELS.add(ops.LOWER_BOUND, dtypes=NUMBER_KERNELS)(_bound("left"))
KERNELS.add(ops.UPPER_BOUND, dtypes=NUMBER_KERNELS)(_bound("right"))


@KERNELS.add(ops.BUCKETIZE)
def bucketize(input: Any, *, boundaries: tuple[float, ...]) -> Any:
    """How many boundaries are not above each element; all of them for nan."""
    edges = np.array(boundaries, np.float32)
    if (edges[1:] < edges[:-1]).any():
        raise SpecError(f"Bucketize: expected sorted boundaries, got {list(boundaries)}.")
    return np.searchsorted(edges, input, side="right").astype(np.int32)


@KERNELS.add(ops.UNRAVEL_INDEX)
def unravel_index(indices: Any, dims: Any) -> Any:
    """Divisions by the strides; negative indices divide towards zero, as in C."""
    if dims.ndim != 1 or indices.ndim > 1:
        raise SpecError(
            f"UnravelIndex: indices must be a scalar or vector and dims a vector, got shapes "
            f"{TensorShape(indices.shape)} and {TensorShape(dims.shape)}."
        )
    sizes = dims.tolist()
    if 0 in sizes:
        raise SpecError(f"UnravelIndex: dims {sizes} contains zero at index {sizes.index(0)}.")
    total = int(np.prod(dims, dtype=np.int64))
    if indices.size and indices.max() >= total:
        raise SpecError(f"UnravelIndex: index {indices.max()} is out of bounds for dims {sizes}.")
    rows = []
    rest = indices.astype(np.int64)
    for size in reversed(sizes):
        rows.append(np.fmod(rest, size))
        rest = (np.abs(rest) // size) * np.sign(rest)
    return np.stack(rows[::-1]).astype(indices.dtype)


# -- edit distance -------------------------------------------------------------------------------------------------


def _levenshtein(a: list[Any], b: list[Any]) -> int:
    previous = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        current = [i]
        for j, right in enumerate(b, 1):
            current.append(min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (left != right)))
        previous = current
    return previous[-1]


def _sequences(indices: Any, values: Any) -> dict[tuple[int, ...], list[Any]]:
    groups: dict[tuple[int, ...], list[Any]] = {}
    for place, value in zip(indices.tolist(), values.tolist(), strict=True):
        groups.setdefault(tuple(place[:-1]), []).append(value)
    return groups


@KERNELS.add(ops.EDIT_DISTANCE)
def edit_distance(
    hypothesis_indices: Any,
    hypothesis_values: Any,
    hypothesis_shape: Any,
    truth_indices: Any,
    truth_values: Any,
    truth_shape: Any,
    *,
    normalize: bool,
) -> Any:
    """Levenshtein's distance of each pair of sequences; infinite against an empty truth if normalized."""
    if hypothesis_shape.shape != truth_shape.shape or hypothesis_shape.ndim != 1 or hypothesis_shape.size < 1:
        raise SpecError("EditDistance: hypothesis and truth must have the same rank, at least 1.")
    ours, theirs = (
        _sequences(hypothesis_indices, hypothesis_values),
        _sequences(truth_indices, truth_values),
    )
    result = np.zeros(np.maximum(hypothesis_shape, truth_shape)[:-1].tolist(), np.float32)
    for place in ours.keys() | theirs.keys():
        if any(not 0 <= at < size for at, size in zip(place, result.shape, strict=True)):
            raise SpecError(f"EditDistance: a sequence at {list(place)} is outside of shape {list(result.shape)}.")
        a, b = ours.get(place, []), theirs.get(place, [])
        if not normalize:
            result[place] = _levenshtein(a, b)
        elif b:
            result[place] = _levenshtein(a, b) / len(b)
        else:
            result[place] = np.inf if a else 0
    return result
