"""Cases for ``flowstone_core.ops.linalg``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from flowstone_core.ops import linalg as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, gathered, number, product
from flowstone_conformance.samples import COMPLEX, FLOATS, sample

DTYPES = (*FLOATS, "int32", "int64", *COMPLEX)

SIZES = ((2, 3, 4), (1, 1, 1), (7, 5, 3), (1, 9, 1), (0, 3, 2), (2, 0, 3), (2, 3, 0), (17, 19, 13))
"""Rows, inner size and columns: empty in each place (an empty inner size gives zeros), and odd."""


def turned(a: Array) -> Array:
    """The last two dimensions swapped, place by place."""
    shape = (*a.shape[:-2], a.shape[-1], a.shape[-2])
    return gathered(shape, a.dtype, lambda index: a[(*index[:-2], index[-1], index[-2])])


def adjoint(a: Array) -> Array:
    """The conjugate of the transposed matrices."""
    flipped = turned(a)
    return (
        gathered(flipped.shape, a.dtype, lambda index: flipped[index].conjugate()) if a.dtype.kind == "c" else flipped
    )


def matmul(a: Array, b: Array, transpose_a: bool = False, transpose_b: bool = False) -> Array:
    """The matrix product of two matrices, each transposed first if asked."""
    return product(turned(a) if transpose_a else a, turned(b) if transpose_b else b)


def batch_matmul(x: Array, y: Array, adj_x: bool = False, adj_y: bool = False) -> Array:
    """The matrix products of two stacks."""
    return product(adjoint(x) if adj_x else x, adjoint(y) if adj_y else y)


def cross(a: Array, b: Array) -> Array:
    """The vector product along the last dimension."""

    def value(index: tuple[int, ...]) -> Any:
        *rest, i = index
        j, k = (i + 1) % 3, (i + 2) % 3
        x, y = a[tuple(rest)], b[tuple(rest)]
        return number(x[j]) * number(y[k]) - number(x[k]) * number(y[j])

    return gathered(a.shape, a.dtype, value)


def matrices() -> Iterator[Case]:
    """MatMul in every dtype, size and transposition."""
    for place, dtype in enumerate(DTYPES):
        for rows, inner, columns in SIZES if place == 0 else SIZES[:3]:
            for flip_a, flip_b in ((False, False), (True, False), (False, True), (True, True)):
                a = sample((inner, rows) if flip_a else (rows, inner), dtype)
                b = sample((columns, inner) if flip_b else (inner, columns), dtype, seed=1)
                attrs = {"transpose_a": flip_a, "transpose_b": flip_b}
                yield Case(ops.MATMUL, (a, b), matmul, attrs, tolerance=4)


def stacks() -> Iterator[Case]:
    """Batched products, with stacks that broadcast."""
    shapes = [
        ((2, 3, 4), (2, 4, 5)),
        ((2, 1, 3, 4), (5, 4, 2)),
        ((3, 4), (2, 4, 2)),
        ((0, 2, 3), (0, 3, 4)),
        ((2, 3, 0), (2, 0, 4)),
    ]
    for place, dtype in enumerate(DTYPES):
        for first, second in shapes if place == 0 else shapes[:2]:
            yield Case(
                ops.BATCH_MATMUL_V2, (sample(first, dtype), sample(second, dtype, seed=1)), batch_matmul, tolerance=4
            )
    for dtype in ("float32", "complex64"):
        operands = sample((2, 4, 3), dtype), sample((2, 5, 4), dtype, seed=1)
        yield Case(ops.BATCH_MATMUL_V2, operands, batch_matmul, {"adj_x": True, "adj_y": True}, tolerance=4)
        yield Case(ops.BATCH_MATMUL, (sample((2, 3, 4), dtype), sample((2, 4, 5), dtype)), batch_matmul, tolerance=4)


def with_nan() -> Case:
    """A NaN reaches its row and column of the product and nothing else."""
    a, b = sample((3, 4), "float32"), sample((4, 2), "float32", seed=1)
    a[1, 2] = np.nan
    return Case(ops.MATMUL, (a, b), matmul, note="nan", tolerance=4)


CASES = [
    *matrices(),
    with_nan(),
    *stacks(),
    *(
        Case(ops.CROSS, (sample(shape, dtype), sample(shape, dtype, seed=1)), cross)
        for dtype in ("float32", "float64", "int32")
        for shape in ((3,), (2, 3), (0, 3))
    ),
]
