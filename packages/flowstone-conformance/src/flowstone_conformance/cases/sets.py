"""Cases for ``flowstone_core.ops.sets``: the references use Python's sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_core.ops import sets as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, store
from flowstone_conformance.samples import array

INT = np.dtype(np.int64)
OPERATIONS: dict[str, Callable[[set[Any], set[Any]], set[Any]]] = {
    "a-b": lambda a, b: a - b,
    "b-a": lambda a, b: b - a,
    "intersection": lambda a, b: a & b,
    "union": lambda a, b: a | b,
}


def of_dense(x: Array) -> dict[tuple[int, ...], set[Any]]:
    """The sets of a dense tensor, by their place."""
    return {place: set(x[place].tolist()) for place in indices(x.shape[:-1])}


def of_sparse(places: Array, values: Array, shape: Array) -> dict[tuple[int, ...], set[Any]]:
    """The sets of a sparse tensor, by their place."""
    found: dict[tuple[int, ...], set[Any]] = {place: set() for place in indices(shape.tolist()[:-1])}
    for place, value in zip(places.tolist(), values.tolist(), strict=True):
        found[tuple(place[:-1])].add(value)
    return found


def result(
    a: dict[tuple[int, ...], set[Any]], b: dict[tuple[int, ...], set[Any]], operation: str, dtype: np.dtype[Any]
) -> tuple[Array, Array, Array]:
    """The sorted sets as a sparse tensor."""
    places, values, longest = [], [], 0
    for place in sorted(a):
        found = sorted(OPERATIONS[operation](a[place], b[place]))
        longest = max(longest, len(found))
        places += [(*place, at) for at in range(len(found))]
        values += found
    outer = [max(place[at] for place in a) + 1 for at in range(len(next(iter(a))))]
    made = np.empty(len(values), dtype)
    made[:] = values
    shape = store([*outer, longest], INT)
    return store([index for place in places for index in place], INT).reshape(len(places), shape.size), made, shape


def dense_to_dense(a: Array, b: Array, set_operation: str) -> tuple[Array, ...]:
    """Two dense tensors."""
    return result(of_dense(a), of_dense(b), set_operation, a.dtype)


def dense_to_sparse(a: Array, i: Array, v: Array, s: Array, set_operation: str) -> tuple[Array, ...]:
    """A dense and a sparse tensor."""
    return result(of_dense(a), of_sparse(i, v, s), set_operation, v.dtype)


def sparse_to_sparse(
    ai: Array, av: Array, a_shape: Array, bi: Array, bv: Array, b_shape: Array, set_operation: str
) -> tuple[Array, ...]:
    """Two sparse tensors."""
    return result(of_sparse(ai, av, a_shape), of_sparse(bi, bv, b_shape), set_operation, av.dtype)


def size(places: Array, values: Array, shape: Array) -> Array:
    """How many elements each set has."""
    found = of_sparse(places, values, shape)
    return store([len(found[place]) for place in sorted(found)], np.dtype(np.int32)).reshape(shape.tolist()[:-1])


def of_type(values: Any, dtype: str) -> Array:
    """Numbers, or words that count as they do."""
    if dtype != "string":
        return array(values, dtype)
    return np.array(
        [[b"%d" % item for item in row] for row in values]
        if isinstance(values[0], list)
        else [b"%d" % item for item in values],
        object,
    )


_A, _B = [[9, 5, 9], [9, 0, 5], [1, 1, 1]], [[5, 8], [2, 0], [1, 3]]
_PLACES = array([[0, 0], [0, 1], [2, 0], [2, 2]], "int64")
_OTHERS = array([[0, 0], [1, 0], [2, 1]], "int64")
_CUBE = array([[0, 0, 0], [0, 1, 1], [1, 1, 0]], "int64")
_SHAPE = array([3, 3], "int64")
TYPES = ("int32", "int64", "int8", "uint16", "string")

CASES = [
    *(
        Case(ops.DENSE_TO_DENSE, (of_type(_A, dtype), of_type(_B, dtype)), dense_to_dense, {"set_operation": name})
        for dtype in TYPES
        for name in OPERATIONS
    ),
    *(
        Case(
            ops.DENSE_TO_SPARSE,
            (of_type(_A, dtype), _PLACES, of_type([5, 3, 1, 7], dtype), _SHAPE),
            dense_to_sparse,
            {"set_operation": name},
        )
        for dtype in TYPES
        for name in OPERATIONS
    ),
    *(
        Case(
            ops.SPARSE_TO_SPARSE,
            (_PLACES, of_type([5, 3, 1, 7], dtype), _SHAPE, _OTHERS, of_type([3, 2, 1], dtype), _SHAPE),
            sparse_to_sparse,
            {"set_operation": name},
        )
        for dtype in TYPES
        for name in OPERATIONS
    ),
    *(
        Case(ops.SET_SIZE, (places, of_type(values, dtype), array(shape, "int64")), size)
        for dtype in TYPES
        for places, values, shape in ((_PLACES, [5, 5, 1, 7], [3, 3]), (_CUBE, [1, 2, 3], [2, 2, 2]))
    ),
]
