"""Cases for ``flowstone_core.ops.counting``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flowstone_core.dtypes import DType, int32, int64
from flowstone_core.ops import counting as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, number, store
from flowstone_conformance.samples import array, sample

COUNTED = ("float32", "float64", "int32", "int64")


def dense_bincount(input: Array, size: Array, weights: Array, binary_output: bool = False) -> Array:
    """Each number adds its weight at its place in its row."""
    rows = input.reshape(1, -1) if input.ndim < 2 else input
    each = weights.reshape(rows.shape) if weights.size else None
    count = int(size)
    totals: list[Any] = []
    for row in range(len(rows)):
        found: list[Any] = [0] * count
        for column in range(rows.shape[1]):
            place = int(rows[row, column])
            if place < count:
                found[place] = 1 if binary_output else found[place] + (1 if each is None else number(each[row, column]))
        totals += found
    return store(totals, weights.dtype).reshape(*input.shape[:-1], count)


def sparse_bincount(
    places: Array, values: Array, shape: Array, size: Array, weights: Array, binary_output: bool = False
) -> Array:
    """Each element adds its weight at its value's place in its row."""
    rows = int(shape[0]) if shape.size == 2 else 1
    found: list[Any] = [0] * (rows * int(size))
    for number_of, (place, value) in enumerate(zip(places.tolist(), values.tolist(), strict=True)):
        if value < int(size):
            at = (place[0] if shape.size == 2 else 0) * int(size) + value
            found[at] = 1 if binary_output else found[at] + (number(weights[number_of]) if weights.size else 1)
    return store(found, weights.dtype).reshape(*shape.tolist()[:-1], int(size))


def bincount(arr: Array, size: Array, weights: Array) -> Array:
    """All numbers as one row."""
    return dense_bincount(arr.reshape(-1), size, weights.reshape(-1))


def histogram(values: Array, value_range: Array, nbins: Array, dtype: DType = int32) -> Array:
    """Each value adds one to its part; those beyond the ends to the first or last."""
    low, high, count = float(value_range[0]), float(value_range[1]), int(nbins)
    found = [0] * count
    for value in values.reshape(-1).tolist():
        found[min(max(math.floor((value - low) / (high - low) * count), 0), count - 1)] += 1
    return store(found, dtype.numpy_dtype)


def scalar(value: int, dtype: str = "int32") -> Array:
    """A whole number."""
    return np.array(value, dtype)


_PLACES = array([[0, 0], [1, 1], [1, 3], [1, 4]], "int64")

CASES = [
    *(
        Case(
            ops.SPARSE_BINCOUNT,
            (
                _PLACES[:, -rank:],
                array([1, 2, 2, 7], index),
                array([3, 9][-rank:], "int64"),
                scalar(size, index),
                weights,
            ),
            sparse_bincount,
            attrs,
        )
        for rank in (1, 2)
        for index in ("int32", "int64")
        for size in (0, 3, 9)
        for dtype in COUNTED
        for weights, attrs in (
            (array([], dtype), {}),
            (array([2, 3, 4, 5], dtype), {}),
            (array([], dtype), {"binary_output": True}),
        )
    ),
    *(
        Case(ops.DENSE_BINCOUNT, (sample(shape, index, 0, 9), scalar(size, index), weights), dense_bincount)
        for index in ("int32", "int64")
        for shape in ((7,), (3, 5), (0,))
        for size in (0, 4, 11)
        for dtype in COUNTED
        for weights in (array([], dtype), sample(shape, dtype, -3, 3))
    ),
    *(
        Case(
            ops.DENSE_BINCOUNT,
            (sample(shape, "int32", 0, 9), scalar(6), array([], dtype)),
            dense_bincount,
            {"binary_output": True},
        )
        for shape in ((7,), (3, 5), (2, 0))
        for dtype in COUNTED
    ),
    *(
        Case(ops.BINCOUNT, (sample(shape, "int32", 0, 9), scalar(6), weights), bincount)
        for shape in ((7,), (3, 5))
        for dtype in COUNTED
        for weights in (array([], dtype), sample(shape, dtype, -3, 3))
    ),
    *(
        Case(
            ops.HISTOGRAM_FIXED_WIDTH,
            (sample(shape, dtype, -9, 9), array([-4, 4], dtype), scalar(bins)),
            histogram,
            {"dtype": out},
        )
        for dtype in COUNTED
        for shape in ((), (31,), (3, 5), (0,))
        for bins in (1, 8)
        for out in (int32, int64)
    ),
]
