"""Cases for ``flowstone_core.ops.sparse_counting``: the reference counts in a dictionary."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.ops import sparse_counting as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number, store
from flowstone_conformance.samples import array

INT = np.dtype(np.int64)


def counts(
    elements: list[tuple[tuple[int, ...], int, Any]], outer: list[int], dtype: np.dtype[Any], attrs: dict[str, Any]
) -> tuple[Array, Array, Array]:
    """What occurs in each row, from the row, the value and the weight of each element."""
    least, most = attrs.get("minlength", -1), attrs.get("maxlength", -1)
    length = most if most >= 0 else max([least, 1, *(value + 1 for _, value, _ in elements)])
    found: dict[tuple[int, ...], Any] = {}
    for row, value, weight in elements:
        if value < length:
            found[(*row, value)] = 1 if attrs["binary_output"] else found.get((*row, value), 0) + weight
    ordered = sorted(found)
    places = store([index for place in ordered for index in place], INT).reshape(len(ordered), len(outer) + 1)
    return places, store([found[place] for place in ordered], dtype), store([*outer, length], INT)


def dense(values: Array, weights: Array, **attrs: Any) -> tuple[Array, Array, Array]:
    """The elements of a dense tensor."""
    each = [
        (place[:-1], int(values[place]), number(weights[place]) if weights.size else 1)
        for place in indices(values.shape)
    ]
    return counts(each, list(values.shape[:-1]), weights.dtype, attrs)


def sparse(places: Array, values: Array, shape: Array, weights: Array, **attrs: Any) -> tuple[Array, Array, Array]:
    """The elements of a sparse tensor."""
    each = [
        (tuple(place[:-1]), int(values[at]), number(weights[at]) if weights.size else 1)
        for at, place in enumerate(places.tolist())
    ]
    return counts(each, shape.tolist()[:-1], weights.dtype, attrs)


def ragged(splits: Array, values: Array, weights: Array, **attrs: Any) -> tuple[Array, Array, Array]:
    """The values of each row."""
    each: list[tuple[tuple[int, ...], int, Any]] = [
        ((row,), int(values[at]), number(weights[at]) if weights.size else 1)
        for row in range(len(splits) - 1)
        for at in range(int(splits[row]), int(splits[row + 1]))
    ]
    return counts(each, [len(splits) - 1], weights.dtype, attrs)


_PLACES = array([[0, 0], [1, 1], [1, 3], [1, 4]], "int64")
_LIMITS: tuple[dict[str, int], ...] = ({}, {"minlength": 9}, {"maxlength": 2}, {"minlength": 9, "maxlength": 3})

CASES = [
    *(
        Case(ops.DENSE_COUNT, (array(values, kind), array(weights, dtype)), dense, {**limits, "binary_output": binary})
        for kind in ("int32", "int64")
        for dtype in ("float32", "int32", "int64", "float64")
        for values, weights, binary in (
            ([1, 2, 2, 5], [], False),
            ([1, 2, 2, 5], [2, 3, 4, 5], False),
            ([[1, 2, 2], [0, 0, 5]], [], True),
            ([[1, 2, 2], [0, 0, 5]], [[1, 2, 3], [4, 5, 6]], False),
            ([], [], False),
        )
        for limits in _LIMITS
    ),
    *(
        Case(
            ops.RAGGED_COUNT,
            (array(splits, "int64"), array([1, 2, 2, 7], kind), array(weights, "float32")),
            ragged,
            {**limits, "binary_output": binary},
        )
        for splits in ([0, 1, 1, 4], [0, 4], [0, 0, 2, 4, 4])
        for kind in ("int32", "int64")
        for weights, binary in (([], False), ([], True), ([2, 3, 4, 5], False))
        for limits in _LIMITS
    ),
    *(
        Case(
            ops.SPARSE_COUNT,
            (_PLACES[:, -rank:], array([1, 2, 2, 7], kind), array([3, 9][-rank:], "int64"), array(weights, "float32")),
            sparse,
            {**limits, "binary_output": binary},
        )
        for rank in (1, 2)
        for kind in ("int32", "int64")
        for weights, binary in (([], False), ([], True), ([2, 3, 4, 5], False))
        for limits in _LIMITS
    ),
]
