"""Cases for ``flowstone_core.ops.indexing``."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.ops import indexing as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, gathered
from flowstone_conformance.samples import array, sample

TYPES = ("float32", "float64", "bfloat16", "int32", "bool", "complex64")

STRIDED: tuple[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...], dict[str, int]], ...] = (
    ((5,), (1,), (4,), (1,), {}),
    ((5,), (0,), (5,), (2,), {}),
    ((5,), (4,), (0,), (-1,), {}),
    ((5,), (0,), (0,), (-2,), {"begin_mask": 1, "end_mask": 1}),
    ((5,), (-3,), (-1,), (1,), {}),
    ((5,), (3,), (2,), (1,), {}),
    ((5,), (2,), (100,), (1,), {}),
    ((4, 3), (1,), (3,), (1,), {}),
    ((4, 3), (1, 2), (2, 3), (1, 1), {"shrink_axis_mask": 1}),
    ((4, 3), (1, -1), (2, 0), (1, 1), {"shrink_axis_mask": 3}),
    ((4, 3), (0, 1), (0, 2), (1, 1), {"ellipsis_mask": 1}),
    ((4, 3), (0, 0, 1), (0, 0, 3), (1, 1, 1), {"new_axis_mask": 1, "begin_mask": 2, "end_mask": 2}),
    ((2, 3, 4), (0, 1), (0, 2), (1, 1), {"ellipsis_mask": 1, "shrink_axis_mask": 2}),
    ((2, 3, 4), (0, 0, 0), (0, 0, 0), (1, -1, 2), {"begin_mask": 7, "end_mask": 7}),
)
"""Shape, begin, end, strides and masks, as slices of every form give them."""


def sizes(values: Any, dtype: str = "int32") -> Array:
    """A 1-d operand."""
    return array(np.array(values, "int64"), dtype)


def slice_(x: Array, begin: Array, size: Array) -> Array:
    """A block; a size of -1 reaches to the end."""
    lengths = [int(n) if n != -1 else x.shape[i] - int(begin[i]) for i, n in enumerate(size)]
    return gathered(lengths, x.dtype, lambda index: x[tuple(i + int(b) for i, b in zip(index, begin, strict=True))])


def places(shape: tuple[int, ...], begin: Array, end: Array, strides: Array, **masks: int) -> list[Any]:
    """What a strided slice takes of each dimension of its operand and result: Python's own slices decide.

    An entry is a list of places (a dimension that stays), an int (one that goes), or None (a new one).
    """
    bits = {name: masks.get(f"{name}_mask", 0) for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")}
    taken: list[Any] = []
    left = len(shape) - sum(not (bits["new_axis"] | bits["ellipsis"]) >> i & 1 for i in range(len(begin)))
    axis = 0
    for i in range(len(begin)):
        if bits["ellipsis"] >> i & 1:
            taken += [list(range(size)) for size in shape[axis : axis + left]]
            axis += left
        elif bits["new_axis"] >> i & 1:
            taken.append(None)
        elif bits["shrink_axis"] >> i & 1:
            taken.append(int(begin[i]) % shape[axis])
            axis += 1
        else:
            start = None if bits["begin"] >> i & 1 else int(begin[i])
            stop = None if bits["end"] >> i & 1 else int(end[i])
            taken.append(list(range(shape[axis]))[slice(start, stop, int(strides[i]))])
            axis += 1
    return [*taken, *(list(range(size)) for size in shape[axis:])]


def strided_slice(x: Array, begin: Array, end: Array, strides: Array, **masks: int) -> Array:
    """``x[begin:end:strides]`` with the masks' meaning."""
    taken = places(x.shape, begin, end, strides, **masks)
    shape = [1 if entry is None else len(entry) for entry in taken if not isinstance(entry, int)]

    def source(index: tuple[int, ...]) -> Any:
        places_left = iter(index)
        where = []
        for entry in taken:
            if isinstance(entry, int):
                where.append(entry)
            elif entry is None:
                next(places_left)
            else:
                where.append(entry[next(places_left)])
        return x[tuple(where)]

    return gathered(shape, x.dtype, source)


def strided_slice_grad(shape: Array, begin: Array, end: Array, strides: Array, dy: Array, **masks: int) -> Array:
    """Zeros with ``dy`` at the places that the slice took."""
    whole = tuple(int(size) for size in shape)
    numbers = np.empty(whole, "int64")
    numbers.reshape(-1)[:] = range(numbers.size)
    out = np.zeros(whole, dy.dtype)
    for number, value in zip(
        strided_slice(numbers, begin, end, strides, **masks).reshape(-1), dy.reshape(-1), strict=True
    ):
        out.reshape(-1)[number] = value
    return out


def strided_slice_update(x: Array, begin: Array, end: Array, strides: Array, value: Array, **masks: int) -> Array:
    """A copy with other values at the places that the slice takes."""
    ones = np.ones(value.shape, "int64")
    mask = strided_slice_grad(sizes(x.shape), begin, end, strides, ones, **masks)
    new = strided_slice_grad(sizes(x.shape), begin, end, strides, value, **masks)
    return gathered(x.shape, x.dtype, lambda index: new[index] if mask[index] else x[index])


CASES = [
    *(
        Case(ops.SLICE, (sample(shape, dtype), sizes(begin, kind), sizes(size, kind)), slice_)
        for dtype in TYPES
        for kind in ("int32", "int64")
        for shape, begin, size in (
            ((5,), (1,), (3,)),
            ((2, 3), (0, 1), (2, -1)),
            ((2, 3), (1, 0), (0, 3)),
            ((), (), ()),
        )
        if kind == "int32" or dtype == "float32"
    ),
    *(
        Case(
            ops.STRIDED_SLICE,
            (sample(shape, dtype), sizes(begin, kind), sizes(end, kind), sizes(strides, kind)),
            strided_slice,
            masks,
        )
        for dtype in TYPES
        for kind in ("int32", "int64")
        for shape, begin, end, strides, masks in STRIDED
        if dtype in ("float32", "bool") or kind == "int32"
    ),
    *(
        Case(
            ops.STRIDED_SLICE_GRAD,
            (
                sizes(shape),
                sizes(begin),
                sizes(end),
                sizes(strides),
                strided_slice(sample(shape, dtype), sizes(begin), sizes(end), sizes(strides), **masks),
            ),
            strided_slice_grad,
            masks,
        )
        for dtype in ("float32", "float64", "int32")
        for shape, begin, end, strides, masks in STRIDED
    ),
    *(
        Case(
            ops.TENSOR_STRIDED_SLICE_UPDATE,
            (
                sample(shape, dtype),
                sizes(begin),
                sizes(end),
                sizes(strides),
                strided_slice(sample(shape, dtype, seed=1), sizes(begin), sizes(end), sizes(strides), **masks),
            ),
            strided_slice_update,
            masks,
        )
        for dtype in ("float32", "int32", "bool")
        for shape, begin, end, strides, masks in STRIDED
    ),
]
