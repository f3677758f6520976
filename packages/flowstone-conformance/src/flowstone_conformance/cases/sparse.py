"""Cases for ``flowstone_core.ops.sparse``: the references keep a sparse tensor as a dictionary."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from flowstone_core.ops import sparse as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, store
from flowstone_conformance.samples import array

INT = np.dtype(np.int64)


def opened(indices: Array, values: Array) -> list[tuple[tuple[int, ...], Any]]:
    """A sparse tensor as pairs of coordinates and value."""
    return [(tuple(place), value) for place, value in zip(indices.tolist(), list(values), strict=True)]


def closed(pairs: list[tuple[tuple[int, ...], Any]], rank: int, dtype: np.dtype[Any]) -> tuple[Array, Array]:
    """The coordinates and the values of pairs."""
    places = store([index for place, _ in pairs for index in place], INT).reshape(len(pairs), rank)
    values = np.empty(len(pairs), dtype)
    for at, (_, value) in enumerate(pairs):
        values[at] = value
    return places, values


def sizes(shape: Any) -> Array:
    """A shape as a vector of int64."""
    return store(list(shape), INT)


def to_dense(indices: Array, shape: Array, values: Array, default: Array, validate_indices: bool = True) -> Array:
    """A full array, filled place by place."""
    dense = np.empty(tuple(shape.tolist()), values.dtype)
    for place in itertools.product(*map(range, dense.shape)):
        dense[place] = default[()]
    for place, value in opened(indices, values):
        dense[place] = value
    return dense


def reorder(indices: Array, values: Array, shape: Array) -> tuple[Array, Array]:
    """Sorted by coordinates."""
    return closed(sorted(opened(indices, values), key=lambda pair: pair[0]), shape.size, values.dtype)


def reshape(indices: Array, shape: Array, new_shape: Array) -> tuple[Array, Array]:
    """By the number of each element in the order of rows."""
    new = new_shape.tolist()
    if -1 in new:
        new[new.index(-1)] = math.prod(shape.tolist()) // -math.prod(new)
    numbers = {place: n for n, place in enumerate(itertools.product(*map(range, shape.tolist())))}
    places = dict(enumerate(itertools.product(*map(range, new))))
    found = [places[numbers[tuple(place)]] for place in indices.tolist()]
    return store([index for place in found for index in place], INT).reshape(len(found), len(new)), sizes(new)


def concat(indices: list[Array], values: list[Array], shapes: list[Array], concat_dim: int) -> tuple[Array, ...]:
    """Coordinates moved on by what comes before."""
    axis, before, pairs = concat_dim % shapes[0].size, 0, []
    for places, items, shape in zip(indices, values, shapes, strict=True):
        for place, value in opened(places, items):
            pairs.append(((*place[:axis], place[axis] + before, *place[axis + 1 :]), value))
        before += int(shape[axis])
    joined = [before if at == axis else size for at, size in enumerate(shapes[0].tolist())]
    return *closed(sorted(pairs, key=lambda pair: pair[0]), len(joined), values[0].dtype), sizes(joined)


def cut(indices: Array, values: Array, shape: Array, start: Array, size: Array) -> tuple[Array, Array, Array]:
    """What lies inside, by its distance from the beginning."""
    begin, extent = start.tolist(), size.tolist()
    inside = [
        (tuple(i - b for i, b in zip(place, begin, strict=True)), value)
        for place, value in opened(indices, values)
        if all(b <= i < b + e for i, b, e in zip(place, begin, extent, strict=True))
    ]
    shown = [max(0, min(e, n - b)) for e, n, b in zip(extent, shape.tolist(), begin, strict=True)]
    return *closed(inside, len(begin), values.dtype), sizes(shown)


def cut_gradient(grad: Array, indices: Array, start: Array, output: Array) -> Array:
    """The gradient of the element at each coordinate, or zero."""
    moved = {tuple(i + b for i, b in zip(place, start.tolist(), strict=True)): g for place, g in opened(output, grad)}
    return store([float(moved.get(tuple(place), 0)) for place in indices.tolist()], grad.dtype)


def split(axis: Array, indices: Array, values: Array, shape: Array, num_split: int) -> tuple[list[Array], ...]:
    """``cut`` for each part."""
    at, begin = int(axis) % shape.size, 0
    parts = []
    for number in range(num_split):
        length = int(shape[at]) // num_split + (number < int(shape[at]) % num_split)
        start = sizes(begin if dim == at else 0 for dim in range(shape.size))
        extent = sizes(length if dim == at else int(n) for dim, n in enumerate(shape))
        parts.append(cut(indices, values, shape, start, extent))
        begin += length
    return tuple(list(column) for column in zip(*parts, strict=True))


def fill_empty_rows(indices: Array, values: Array, shape: Array, default: Array) -> tuple[Array, ...]:
    """Row by row."""
    pairs: list[tuple[tuple[int, ...], Any]] = []
    empty, places = [], {}
    for row in range(int(shape[0])):
        own = [(n, pair) for n, pair in enumerate(opened(indices, values)) if pair[0][0] == row]
        empty.append(not own)
        for number, pair in own:
            places[number] = len(pairs)
            pairs.append(pair)
        if not own:
            pairs.append(((row, *[0] * (shape.size - 1)), default[()]))
    found = store([places[number] for number in range(len(values))], INT)
    return *closed(pairs, shape.size, values.dtype), np.array(empty, bool), found


def fill_empty_rows_gradient(places: Array, grad: Array) -> tuple[Array, Array]:
    """Picked by place; the sum of the others."""
    picked = [float(grad[place]) for place in places.tolist()]
    rest = math.fsum(float(g) for at, g in enumerate(grad) if at not in places.tolist())
    return store(picked, grad.dtype), store([rest], grad.dtype).reshape(())


PLACES = array([[0, 1], [1, 0], [1, 3]], "int64")
SHAPE = array([3, 4], "int64")
SHUFFLED = array([[1, 3], [0, 1], [1, 0]], "int64")
NONE = np.zeros((0, 2), np.int64)
TYPES = ("float32", "int32", "int64", "bfloat16")


def values(dtype: str, count: int = 3) -> Array:
    """Some values."""
    return array([5, -6, 7][:count], dtype)


WORDS = np.array([b"a", b"", b"ccc"], object)

CASES = [
    *(Case(ops.SPARSE_TO_DENSE, (PLACES, SHAPE, values(dtype), array(-1, dtype)), to_dense) for dtype in TYPES),
    Case(ops.SPARSE_TO_DENSE, (NONE, SHAPE, values("float32", 0), array(2, "float32")), to_dense),
    Case(
        ops.SPARSE_TO_DENSE,
        (array([[0], [2], [0]], "int32"), array([4], "int32"), values("float32"), array(0, "float32")),
        to_dense,
        {"validate_indices": False},
    ),
    *(Case(ops.SPARSE_REORDER, (SHUFFLED, values(dtype), SHAPE), reorder) for dtype in TYPES),
    Case(ops.SPARSE_REORDER, (SHUFFLED, WORDS, SHAPE), reorder),
    *(
        Case(ops.SPARSE_RESHAPE, (places, SHAPE, array(new, "int64")), reshape)
        for places in (PLACES, SHUFFLED, NONE)
        for new in ([4, 3], [-1], [2, 3, -1], [12, 1])
    ),
    *(
        Case(
            ops.SPARSE_CONCAT,
            ([PLACES, SHUFFLED, NONE], [values(dtype), values(dtype), values(dtype, 0)], [SHAPE] * 3),
            concat,
            {"concat_dim": axis},
        )
        for dtype in TYPES
        for axis in (0, 1, -1)
    ),
    *(
        Case(ops.SPARSE_SLICE, (PLACES, values(dtype), SHAPE, array(start, "int64"), array(size, "int64")), cut)
        for dtype in TYPES
        for start, size in (([0, 0], [3, 4]), ([1, 0], [1, 9]), ([0, 1], [2, 2]), ([5, 0], [1, 1]))
    ),
    *(
        Case(
            ops.SPARSE_SLICE_GRAD, (values(dtype, 2), PLACES, array([1, 0], "int64"), PLACES[1:] - [1, 0]), cut_gradient
        )
        for dtype in ("float32", "float64")
    ),
    *(
        Case(ops.SPARSE_SPLIT, (array(axis, "int64"), PLACES, values(dtype), SHAPE), split, {"num_split": parts})
        for dtype in TYPES
        for axis, parts in ((0, 1), (0, 2), (1, 3), (-1, 4))
    ),
    *(
        Case(ops.SPARSE_FILL_EMPTY_ROWS, (places, values(dtype, len(places)), SHAPE, array(9, dtype)), fill_empty_rows)
        for dtype in TYPES
        for places in (PLACES, SHUFFLED, NONE)
    ),
    *(
        Case(ops.SPARSE_FILL_EMPTY_ROWS_GRAD, (array(places, "int64"), values(dtype)), fill_empty_rows_gradient)
        for dtype in ("float32", "float64")
        for places in ([2, 0], [0, 1, 2], [])
    ),
]
