"""Cases for ``flowstone_core.ops.sparse_math``: the references keep a sparse tensor as a dictionary."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_core.ops import sparse_math as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number, store
from flowstone_conformance.samples import array

INT = np.dtype(np.int64)


def opened(places: Array, values: Array) -> dict[tuple[int, ...], Any]:
    """A sparse tensor as a dictionary."""
    return {tuple(place): number(value) for place, value in zip(places.tolist(), values, strict=True)}


def closed(elements: dict[tuple[int, ...], Any], rank: int, dtype: np.dtype[Any]) -> tuple[Array, Array]:
    """Coordinates and values, in the order of rows."""
    ordered = sorted(elements)
    places = store([index for place in ordered for index in place], INT).reshape(len(ordered), rank)
    return places, store([elements[place] for place in ordered], dtype)


def add(ai: Array, av: Array, shape: Array, bi: Array, bv: Array, b_shape: Array, thresh: Array) -> tuple[Array, ...]:
    """At each coordinate that one has; small sums of two are left out."""
    a, b = opened(ai, av), opened(bi, bv)
    total = {place: a.get(place, 0) + b.get(place, 0) for place in a.keys() | b.keys()}
    kept = {place: v for place, v in total.items() if abs(v) >= number(thresh) or not (place in a and place in b)}
    return *closed(kept, shape.size, av.dtype), shape


def add_gradient(grad: Array, a: Array, b: Array, total: Array) -> tuple[Array, Array]:
    """The gradient at each coordinate, or zero."""
    found = opened(total, grad)
    return tuple(store([found.get(tuple(place), 0.0) for place in own.tolist()], grad.dtype) for own in (a, b))  # type: ignore[return-value]


def dense_add(places: Array, values: Array, shape: Array, b: Array) -> Array:
    """Place by place."""
    a = opened(places, values)
    return store([a.get(index, 0) + number(b[index]) for index in indices(b.shape)], b.dtype).reshape(b.shape)


def extremum(choose: Callable[[Any, Any], Any]) -> Callable[..., tuple[Array, Array]]:
    """A reference that chooses at each coordinate that one has."""

    def reference(ai: Array, av: Array, shape: Array, bi: Array, bv: Array, b_shape: Array) -> tuple[Array, Array]:
        a, b = opened(ai, av), opened(bi, bv)
        found = {place: choose(a.get(place, 0), b.get(place, 0)) for place in a.keys() | b.keys()}
        return closed(found, shape.size, av.dtype)

    return reference


def matmul(
    places: Array, values: Array, shape: Array, b: Array, adjoint_a: bool = False, adjoint_b: bool = False
) -> Array:
    """Sums of products, element by element."""

    def right(row: int, column: int) -> Any:
        return number(b[column, row]).conjugate() if adjoint_b else number(b[row, column])

    height = int(shape[1 if adjoint_a else 0])
    width = b.shape[0 if adjoint_b else 1]
    terms: dict[tuple[int, int], list[Any]] = {}
    for (row, column), value in opened(places, values).items():
        if adjoint_a:
            row, column, value = column, row, value.conjugate()
        for at in range(width):
            terms.setdefault((row, at), []).append(value * right(column, at))
    found = [sum(terms.get((row, at), [0])) for row in range(height) for at in range(width)]
    return store(found, values.dtype).reshape(height, width)


def groups(
    places: Array, values: Array, shape: Array, axes: Array
) -> tuple[dict[tuple[int, ...], list[Any]], set[int]]:
    """The elements by what stays of their coordinates, and the axes that go."""
    gone = {axis % shape.size for axis in axes.tolist()}
    found: dict[tuple[int, ...], list[Any]] = {}
    for place, value in opened(places, values).items():
        found.setdefault(tuple(0 if at in gone else index for at, index in enumerate(place)), []).append(value)
    return found, gone


def reduced(function: Callable[[list[Any]], Any], sparse: bool) -> Callable[..., Any]:
    """A reference that reduces the elements of each group."""

    def reference(places: Array, values: Array, shape: Array, axes: Array, keep_dims: bool = False) -> Any:
        found, gone = groups(places, values, shape, axes)
        kept = [at for at in range(shape.size) if keep_dims or at not in gone]
        sizes = [1 if at in gone else int(shape[at]) for at in kept]
        elements = {tuple(place[at] for at in kept): function(group) for place, group in found.items()}
        if sparse:
            return *closed(elements, len(kept), values.dtype), store(sizes, INT)
        return store([elements.get(index, 0) for index in indices(sizes)], values.dtype).reshape(sizes)

    return reference


def softmax(places: Array, values: Array, shape: Array) -> Array:
    """Exponentials over the sum of those in the same row."""
    rows = [tuple(place[:-1]) for place in places.tolist()]
    powers = [math.exp(float(value)) for value in values]
    sums = {row: math.fsum(p for p, own in zip(powers, rows, strict=True) if own == row) for row in rows}
    return store([p / sums[row] for p, row in zip(powers, rows, strict=True)], values.dtype)


PLACES = array([[0, 1], [1, 0], [1, 3]], "int64")
OTHERS = array([[0, 0], [1, 0], [2, 2]], "int64")
SHAPE = array([3, 4], "int64")
NONE = np.zeros((0, 2), np.int64)
TYPES = ("float32", "float64", "int32", "int64")


def values(dtype: str, count: int = 3) -> Array:
    """Some values."""
    return array([5, -6, 7][:count], dtype)


def pair(dtype: str, others: Array = OTHERS) -> tuple[Array, ...]:
    """Two sparse tensors."""
    return PLACES, values(dtype), SHAPE, others, array([2, 6, -1][: len(others)], dtype), SHAPE


CASES = [
    *(
        Case(ops.SPARSE_ADD, (*pair(dtype, others), array(least, dtype)), add)
        for dtype in TYPES
        for others in (OTHERS, NONE)
        for least in (0, 1, 9)
    ),
    *(
        Case(ops.SPARSE_ADD_GRAD, (values(dtype), PLACES, OTHERS, total), add_gradient)
        for dtype in ("float32", "float64")
        for total in (PLACES, OTHERS)
    ),
    *(
        Case(
            ops.SPARSE_TENSOR_DENSE_ADD,
            (places, values(dtype, len(places)), SHAPE, array([[1, 2, 3, 4]] * 3, dtype)),
            dense_add,
        )
        for dtype in (*TYPES, "bfloat16")
        for places in (PLACES, NONE)
    ),
    *(
        Case(op, pair(dtype, others), extremum(choose))
        for op, choose in ((ops.SPARSE_SPARSE_MAXIMUM, max), (ops.SPARSE_SPARSE_MINIMUM, min))
        for dtype in TYPES
        for others in (OTHERS, NONE)
    ),
    *(
        Case(
            ops.SPARSE_TENSOR_DENSE_MATMUL,
            (
                places,
                values(dtype, len(places)),
                SHAPE,
                array([[row * 3 + column - 4 for column in range(2)] for row in range(3 if adjoint_a else 4)], dtype)
                if not adjoint_b
                else array(
                    [[row * 3 + column - 4 for column in range(3 if adjoint_a else 4)] for row in range(2)], dtype
                ),
            ),
            matmul,
            {"adjoint_a": adjoint_a, "adjoint_b": adjoint_b},
        )
        for dtype in ("float32", "float64", "int32", "complex64", "float16", "bfloat16")
        for adjoint_a in (False, True)
        for adjoint_b in (False, True)
        for places in (PLACES, OTHERS[::-1], NONE)
    ),
    *(
        Case(
            op,
            (places, values(dtype, len(places)), SHAPE, array(axes, "int32")),
            reduced(how, sparse),
            {"keep_dims": keep},
        )
        for op, how, sparse in (
            (ops.SPARSE_REDUCE_SUM, sum, False),
            (ops.SPARSE_REDUCE_MAX, max, False),
            (ops.SPARSE_REDUCE_SUM_SPARSE, sum, True),
            (ops.SPARSE_REDUCE_MAX_SPARSE, max, True),
        )
        for dtype in ("float32", "int64")
        for places in (PLACES, NONE)
        for axes in ([0], [-1], [0, 1], [])
        for keep in (False, True)
    ),
    *(
        Case(ops.SPARSE_SOFTMAX, (places, values(dtype, len(places)), SHAPE), softmax)
        for dtype in ("float32", "float64", "float16")
        for places in (PLACES, NONE)
    ),
]
