"""Cases for ``flowstone_core.ops.joining``."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.ops import joining as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, gathered
from flowstone_conformance.samples import array, sample

TYPES = ("float32", "float64", "bfloat16", "int32", "uint8", "bool", "complex64")


def scalar(value: int) -> Array:
    """A 0-d int32."""
    return np.array(value, "int32")


def concat(values: list[Array], axis: Array) -> Array:
    """The arrays one behind the other along an axis."""
    along = int(axis) % values[0].ndim
    ends = np.cumsum([value.shape[along] for value in values]).tolist()
    shape = [*values[0].shape]
    shape[along] = ends[-1]

    def source(index: tuple[int, ...]) -> Any:
        which = next(i for i, end in enumerate(ends) if index[along] < end)
        inner = list(index)
        inner[along] -= ends[which] - values[which].shape[along]
        return values[which][tuple(inner)]

    return gathered(shape, values[0].dtype, source)


def pack(values: list[Array], axis: int = 0) -> Array:
    """The arrays along a new axis."""
    along = axis % (values[0].ndim + 1)
    shape = [*values[0].shape]
    shape.insert(along, len(values))
    return gathered(shape, values[0].dtype, lambda index: values[index[along]][(*index[:along], *index[along + 1 :])])


def taken(value: Array, axis: int, start: int, stop: int) -> Array:
    """The part of an array between two places of an axis."""
    shape = [*value.shape]
    shape[axis] = stop - start
    return gathered(shape, value.dtype, lambda index: value[(*index[:axis], index[axis] + start, *index[axis + 1 :])])


def split(split_dim: Array, value: Array, num_split: int) -> list[Array]:
    """Equal parts."""
    axis = int(split_dim) % value.ndim
    width = value.shape[axis] // num_split
    return [taken(value, axis, i * width, (i + 1) * width) for i in range(num_split)]


def split_v(value: Array, size_splits: Array, split_dim: Array, num_split: int) -> list[Array]:
    """Parts of given sizes; one -1 takes what is left."""
    axis = int(split_dim) % value.ndim
    sizes = size_splits.tolist()
    left = value.shape[axis] - sum(size for size in sizes if size != -1)
    ends = np.cumsum([0, *(left if size == -1 else size for size in sizes)]).tolist()
    return [taken(value, axis, ends[i], ends[i + 1]) for i in range(num_split)]


def unpack(value: Array, num: int, axis: int = 0) -> list[Array]:
    """The slices along an axis."""
    along = axis % value.ndim
    shape = [size for i, size in enumerate(value.shape) if i != along]
    return [
        gathered(shape, value.dtype, lambda index, which=which: value[(*index[:along], which, *index[along:])])  # type: ignore[misc]
        for which in range(num)
    ]


def tile(value: Array, multiples: Array) -> Array:
    """The array repeated along each dimension."""
    shape = [size * int(times) for size, times in zip(value.shape, multiples, strict=True)]
    return gathered(
        shape, value.dtype, lambda index: value[tuple(i % size for i, size in zip(index, value.shape, strict=True))]
    )


CASES = [
    *(
        Case(ops.CONCAT_V2, ([sample(shape, dtype, seed=i) for i, shape in enumerate(shapes)], scalar(axis)), concat)
        for dtype in TYPES
        for shapes, axis in ((((2, 3), (1, 3)), 0), (((2, 3), (2, 0), (2, 2)), -1), (((3,), (3,)), 0))
    ),
    *(
        Case(ops.PACK, ([sample((2, 3), dtype, seed=i) for i in range(count)],), pack, {"axis": axis})
        for dtype in TYPES
        for axis, count in ((0, 2), (1, 1), (-1, 3))
    ),
    *(Case(ops.PACK, ([sample((), dtype, seed=i) for i in range(3)],), pack) for dtype in TYPES),
    *(
        Case(ops.SPLIT, (scalar(axis), sample((4, 6), dtype)), split, {"num_split": count})
        for dtype in TYPES
        for axis, count in ((0, 2), (1, 3), (-1, 1))
    ),
    *(
        Case(ops.SPLIT_V, (sample((2, 6), dtype), array(sizes, "int32"), scalar(1)), split_v, {"num_split": len(sizes)})
        for dtype in TYPES
        for sizes in ((1, 2, 3), (-1, 2), (0, 6))
    ),
    *(
        Case(ops.UNPACK, (sample((2, 3), dtype),), unpack, {"num": num, "axis": axis})
        for dtype in TYPES
        for num, axis in ((2, 0), (3, 1), (3, -1))
    ),
    *(
        Case(ops.TILE, (sample(shape, dtype), array(np.array(times, "int64"), "int32")), tile)
        for dtype in TYPES
        for shape, times in (((2, 3), (2, 1)), ((3,), (0,)), ((1, 2), (3, 2)), ((), ()))
    ),
]
