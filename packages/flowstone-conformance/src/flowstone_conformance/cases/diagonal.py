"""Cases for ``flowstone_core.ops.diagonal``."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.ops import diagonal as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, gathered, indices
from flowstone_conformance.samples import sample

TYPES = ("float32", "float64", "int32", "complex64")
MATRICES = ((3, 3), (2, 4), (4, 2), (2, 3, 3))


def tensor_diag(diagonal: Array) -> Array:
    """Zeros but where the first half of an index equals the second."""
    rank = diagonal.ndim

    def value(index: tuple[int, ...]) -> Any:
        return diagonal[index[:rank]] if index[:rank] == index[rank:] else 0

    return gathered(diagonal.shape * 2, diagonal.dtype, value)


def tensor_diag_part(x: Array) -> Array:
    """The elements whose index is the same twice."""
    return gathered(x.shape[: x.ndim // 2], x.dtype, lambda index: x[index + index])


def matrix_diag(diagonal: Array) -> Array:
    """Matrices with these diagonals."""
    return gathered(
        (*diagonal.shape, diagonal.shape[-1]),
        diagonal.dtype,
        lambda index: diagonal[index[:-1]] if index[-1] == index[-2] else 0,
    )


def matrix_diag_part(x: Array) -> Array:
    """The diagonals of matrices."""
    return gathered((*x.shape[:-2], min(x.shape[-2:])), x.dtype, lambda index: x[(*index, index[-1])])


def matrix_set_diag(x: Array, diagonal: Array) -> Array:
    """Matrices with their diagonals replaced."""
    return gathered(x.shape, x.dtype, lambda index: diagonal[index[:-1]] if index[-1] == index[-2] else x[index])


def band_part(x: Array, num_lower: Array, num_upper: Array) -> Array:
    """Zeros outside a band; a negative width keeps the whole triangle."""
    lower, upper = int(num_lower), int(num_upper)

    def inside(index: tuple[int, ...]) -> bool:
        below = index[-2] - index[-1]
        return (lower < 0 or below <= lower) and (upper < 0 or -below <= upper)

    return gathered(x.shape, x.dtype, lambda index: x[index] if inside(index) else 0)


def diag_part_v3(x: Array, k: Array, padding_value: Array) -> Array:
    """One diagonal above (k > 0) or below the main one."""
    offset = int(k)
    rows = [i for i in range(x.shape[-2]) if 0 <= i + offset < x.shape[-1]]
    return gathered(
        (*x.shape[:-2], len(rows)), x.dtype, lambda index: x[(*index[:-1], rows[index[-1]], rows[index[-1]] + offset)]
    )


CASES = [
    *(Case(ops.TENSOR_DIAG, (sample(shape, dtype),), tensor_diag) for dtype in TYPES for shape in ((3,), (2, 2), (0,))),
    *(
        Case(ops.TENSOR_DIAG_PART, (sample(shape, dtype),), tensor_diag_part)
        for dtype in TYPES
        for shape in ((3, 3), (2, 3, 2, 3))
    ),
    *(Case(ops.MATRIX_DIAG, (sample(shape, dtype),), matrix_diag) for dtype in TYPES for shape in ((3,), (2, 3))),
    *(Case(ops.MATRIX_DIAG_PART, (sample(shape, dtype),), matrix_diag_part) for dtype in TYPES for shape in MATRICES),
    *(
        Case(
            ops.MATRIX_SET_DIAG,
            (sample(shape, dtype), sample((*shape[:-2], min(shape[-2:])), dtype, seed=1)),
            matrix_set_diag,
        )
        for dtype in TYPES
        for shape in MATRICES
    ),
    *(
        Case(ops.MATRIX_BAND_PART, (sample(shape, dtype), np.array(lower, kind), np.array(upper, kind)), band_part)
        for dtype in TYPES
        for shape in MATRICES
        for lower, upper in ((0, 0), (1, -1), (-1, 0), (1, 1))
        for kind in ("int32", "int64")
        if dtype == "float32" or kind == "int64"
    ),
    *(
        Case(ops.MATRIX_DIAG_PART_V3, (sample(shape, dtype), np.array(k, "int32"), np.zeros((), dtype)), diag_part_v3)
        for dtype in TYPES
        for shape in MATRICES
        for k in (0, 1, -1)
        if len(list(indices(shape)))
    ),
]
