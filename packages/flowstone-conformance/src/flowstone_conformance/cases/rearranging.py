"""Cases for ``flowstone_core.ops.rearranging``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flowstone_core.ops import rearranging as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, gathered, indices
from flowstone_conformance.samples import array, sample

TYPES = ("float32", "float64", "bfloat16", "int32", "complex64")


def vector(values: Any, kind: str = "int32") -> Array:
    """An operand of indices or sizes."""
    return array(np.array(values, "int64"), kind)


def pad(x: Array, paddings: Array, constant: Array | None = None) -> Array:
    """A constant around the operand."""
    before = [int(pair[0]) for pair in paddings]
    shape = [size + int(pair[0]) + int(pair[1]) for size, pair in zip(x.shape, paddings, strict=True)]

    def value(index: tuple[int, ...]) -> Any:
        at = tuple(i - b for i, b in zip(index, before, strict=True))
        inside = all(0 <= i < size for i, size in zip(at, x.shape, strict=True))
        return x[at] if inside else 0 if constant is None else constant[()]

    return gathered(shape, x.dtype, value)


def mirrored(i: int, size: int, mode: str) -> int:
    """The place that a place outside mirrors: with the border (SYMMETRIC) or without it (REFLECT)."""
    if 0 <= i < size:
        return i
    extra = mode == "SYMMETRIC"
    return -i - extra if i < 0 else 2 * size - 2 - i + extra


def mirror_pad(x: Array, paddings: Array, mode: str) -> Array:
    """The operand continued by its mirror image."""
    before = [int(pair[0]) for pair in paddings]
    shape = [size + int(pair[0]) + int(pair[1]) for size, pair in zip(x.shape, paddings, strict=True)]
    return gathered(
        shape,
        x.dtype,
        lambda index: x[tuple(mirrored(i - b, size, mode) for i, b, size in zip(index, before, x.shape, strict=True))],
    )


def reverse(x: Array, axis: Array) -> Array:
    """Backwards along some axes."""
    axes = {int(a) % x.ndim for a in axis}
    return gathered(
        x.shape, x.dtype, lambda index: x[tuple(x.shape[a] - 1 - i if a in axes else i for a, i in enumerate(index))]
    )


def reverse_sequence(x: Array, lengths: Array, seq_dim: int, batch_dim: int = 0) -> Array:
    """The first ``lengths[b]`` entries of each sequence backwards."""

    def value(index: tuple[int, ...]) -> Any:
        length, i = int(lengths[index[batch_dim]]), index[seq_dim]
        return x[(*index[:seq_dim], length - 1 - i if i < length else i, *index[seq_dim + 1 :])]

    return gathered(x.shape, x.dtype, value)


def roll(x: Array, shift: Array, axis: Array) -> Array:
    """Shifted along axes, what falls out comes in at the other end."""
    total = [0] * x.ndim
    for by, a in zip(shift.reshape(-1), axis.reshape(-1), strict=True):
        total[int(a) % x.ndim] += int(by)
    return gathered(
        x.shape,
        x.dtype,
        lambda index: x[tuple((i - by) % size for i, by, size in zip(index, total, x.shape, strict=True))],
    )


def invert_permutation(x: Array) -> Array:
    """``y[x[i]] = i``."""
    out = np.empty_like(x)
    for i in range(len(x)):
        out[int(x[i])] = i
    return out


def space_to_depth(x: Array, block_size: int) -> Array:
    """Blocks of pixels become channels."""
    batch, height, width, depth = x.shape

    def value(index: tuple[int, ...]) -> Any:
        n, row, column, channel = index
        block, c = divmod(channel, depth)
        return x[n, row * block_size + block // block_size, column * block_size + block % block_size, c]

    return gathered((batch, height // block_size, width // block_size, depth * block_size**2), x.dtype, value)


def depth_to_space(x: Array, block_size: int) -> Array:
    """Channels become blocks of pixels."""
    batch, height, width, depth = x.shape
    inner = depth // block_size**2

    def value(index: tuple[int, ...]) -> Any:
        n, row, column, c = index
        block = row % block_size * block_size + column % block_size
        return x[n, row // block_size, column // block_size, block * inner + c]

    return gathered((batch, height * block_size, width * block_size, inner), x.dtype, value)


def space_to_batch(x: Array, block: Array, paddings: Array) -> Array:
    """Each place within a block of the padded operand becomes a batch of its own."""
    sizes = [int(b) for b in block]
    rank = len(sizes)
    wide = pad(x, vector([(0, 0), *paddings.tolist(), *((0, 0) for _ in range(x.ndim - 1 - rank))]))
    inner = [size // b for size, b in zip(wide.shape[1 : rank + 1], sizes, strict=True)]
    places = list(indices(sizes))

    def value(index: tuple[int, ...]) -> Any:
        place, n = divmod(index[0], x.shape[0])
        at = [i * b + offset for i, b, offset in zip(index[1 : rank + 1], sizes, places[place], strict=True)]
        return wide[(n, *at, *index[rank + 1 :])]

    return gathered((x.shape[0] * math.prod(sizes), *inner, *x.shape[rank + 1 :]), x.dtype, value)


def batch_to_space(x: Array, block: Array, crops: Array) -> Array:
    """The inverse: batches become places within blocks, of which the borders are cropped."""
    sizes = [int(b) for b in block]
    rank, batch = len(sizes), x.shape[0] // math.prod(sizes)
    places = {place: i for i, place in enumerate(indices(sizes))}
    shape = [n * b - int(crop[0]) - int(crop[1]) for n, b, crop in zip(x.shape[1:], sizes, crops, strict=False)]

    def value(index: tuple[int, ...]) -> Any:
        at = [i + int(crop[0]) for i, crop in zip(index[1 : rank + 1], crops, strict=True)]
        place = places[tuple(i % b for i, b in zip(at, sizes, strict=True))]
        return x[(place * batch + index[0], *(i // b for i, b in zip(at, sizes, strict=True)), *index[rank + 1 :])]

    return gathered((batch, *shape, *x.shape[rank + 1 :]), x.dtype, value)


PADDINGS: tuple[tuple[tuple[int, ...], list[tuple[int, int]]], ...] = (
    ((3,), [(1, 2)]),
    ((2, 3), [(0, 0), (1, 1)]),
    ((2, 3), [(1, 1), (0, 2)]),
    ((), []),
)

CASES = [
    *(
        Case(ops.PAD, (sample(shape, dtype), vector(np.reshape(pairs, (len(shape), 2)), kind)), pad)
        for dtype in TYPES
        for kind in ("int32", "int64")
        for shape, pairs in PADDINGS
        if kind == "int32" or dtype == "float32"
    ),
    *(
        Case(
            ops.PAD_V2,
            (sample(shape, dtype), vector(np.reshape(pairs, (len(shape), 2))), sample((), dtype, seed=1)),
            pad,
        )
        for dtype in TYPES
        for shape, pairs in PADDINGS
    ),
    *(
        Case(ops.MIRROR_PAD, (sample((3, 4), dtype), vector(pairs)), mirror_pad, {"mode": mode})
        for dtype in TYPES
        for mode in ("REFLECT", "SYMMETRIC")
        for pairs in ([(1, 2), (0, 3)], [(2, 0), (1, 1)])
    ),
    *(
        Case(ops.REVERSE_V2, (sample((2, 3, 2), dtype), vector(axis)), reverse)
        for dtype in (*TYPES, "bool")
        for axis in ([0], [-1], [0, 2], [])
    ),
    *(
        Case(
            ops.REVERSE_SEQUENCE,
            (sample((3, 4, 2), dtype), vector(lengths, "int64")),
            reverse_sequence,
            {"seq_dim": seq, "batch_dim": batch},
        )
        for dtype in TYPES
        for lengths, seq, batch in (([1, 4, 2], 1, 0), ([3, 0, 1, 2], 0, 1))
    ),
    *(
        Case(ops.ROLL, (sample((3, 4), dtype), vector(shift), vector(axis)), roll)
        for dtype in TYPES
        for shift, axis in ((1, 0), ([1, -2], [0, 1]), ([5, 1], [1, 1]))
    ),
    *(Case(ops.INVERT_PERMUTATION, (vector([2, 0, 3, 1], kind),), invert_permutation) for kind in ("int32", "int64")),
    *(
        Case(ops.SPACE_TO_DEPTH, (sample((2, 4, 6, 3), dtype),), space_to_depth, {"block_size": 2})
        for dtype in TYPES[:4]
    ),
    *(
        Case(ops.DEPTH_TO_SPACE, (sample((2, 2, 3, 12), dtype),), depth_to_space, {"block_size": 2})
        for dtype in TYPES[:4]
    ),
    *(
        Case(ops.SPACE_TO_BATCH_ND, (sample(shape, dtype), vector(block), vector(pairs)), space_to_batch)
        for dtype in TYPES
        for shape, block, pairs in (((2, 4, 6, 3), [2, 3], [(0, 0), (0, 0)]), ((1, 3, 2), [2], [(0, 1)]))
    ),
    *(
        Case(ops.BATCH_TO_SPACE_ND, (sample(shape, dtype), vector(block), vector(pairs)), batch_to_space)
        for dtype in TYPES
        for shape, block, pairs in (((12, 2, 2, 3), [2, 3], [(0, 0), (0, 0)]), ((2, 2, 2), [2], [(0, 1)]))
    ),
]
