"""Cases for ``flowstone_core.ops.banded``."""

from __future__ import annotations

import numpy as np
from flowstone_core.ops import banded as ops

from flowstone_conformance.case import Case
from flowstone_conformance.cases.decomposition import solve
from flowstone_conformance.reference import Array, product
from flowstone_conformance.samples import sample

ORDERS = (1, 2, 5)


def assembled(superdiag: Array, maindiag: Array, subdiag: Array) -> Array:
    """The full matrix of three diagonals, each as long as the main one."""
    order = maindiag.shape[-1]
    matrix = np.zeros((order, order), maindiag.dtype)
    for i in range(order):
        matrix[i, i] = maindiag[i]
        if i + 1 < order:
            matrix[i, i + 1], matrix[i + 1, i] = superdiag[i], subdiag[i + 1]
    return matrix


def tridiagonal_matmul(superdiag: Array, maindiag: Array, subdiag: Array, rhs: Array) -> Array:
    """The product with the full matrix."""
    return product(assembled(superdiag[0], maindiag[0], subdiag[0]), rhs)


def tridiagonal_solve(diagonals: Array, rhs: Array) -> Array:
    """The solution with the full matrix."""
    return solve(assembled(*diagonals), rhs)


def diagonals(order: int, dtype: str) -> Array:
    """Three diagonals, the main one the heaviest."""
    found = sample((3, order), dtype, -1.0, 1.0)
    found[1] += np.dtype(dtype).type(3)
    return found


CASES = [
    *(
        Case(
            ops.TRIDIAGONAL_MATMUL,
            (*(sample((1, n), dtype, seed=seed) for seed in range(3)), sample((n, 2), dtype, seed=3)),
            tridiagonal_matmul,
            tolerance=4,
        )
        for dtype in ("float32", "float64")
        for n in ORDERS
    ),
    *(
        Case(
            ops.TRIDIAGONAL_SOLVE, (diagonals(n, dtype), sample((n, 2), dtype, seed=3)), tridiagonal_solve, tolerance=40
        )
        for dtype in ("float32", "float64")
        for n in ORDERS
    ),
]
