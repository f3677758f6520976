"""Cases for ``flowstone_core.ops.decomposition``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from flowstone_core.ops import decomposition as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number, product, store
from flowstone_conformance.samples import array, sample

FLOATS = ("float32", "float64")
STACKS: tuple[tuple[int, ...], ...] = ((), (2,))
ORDERS = (1, 2, 3, 5)


def well_conditioned(stack: tuple[int, ...], order: int, dtype: str) -> Array:
    """Matrices whose diagonals outweigh the rest."""
    matrices = sample((*stack, order, order), dtype, -1.0, 1.0)
    for index in indices((*stack, order)):
        matrices[(*index, index[-1])] += dtype_type(dtype)(order + 1)
    return matrices


def dtype_type(dtype: str) -> Any:
    """The numpy scalar type of a name."""
    return np.dtype(dtype).type


def positive(stack: tuple[int, ...], order: int, dtype: str) -> Array:
    """Symmetric positive definite matrices."""
    matrices = well_conditioned(stack, order, dtype)
    return product(matrices, np.swapaxes(matrices, -1, -2))


def rows_of(matrix: Array) -> list[list[Fraction]]:
    """A matrix of exact numbers."""
    return [[Fraction(number(value)) for value in row] for row in matrix]


def eliminated(rows: list[list[Fraction]]) -> tuple[list[list[Fraction]], Fraction]:
    """Gauss and Jordan: the left square becomes the identity; also the determinant it had."""
    order, determinant = len(rows), Fraction(1)
    for place in range(order):
        pivot = max(range(place, order), key=lambda i: abs(rows[i][place]))
        if not rows[pivot][place]:
            return rows, Fraction(0)
        if pivot != place:
            rows[place], rows[pivot], determinant = rows[pivot], rows[place], -determinant
        determinant *= rows[place][place]
        rows[place] = [value / rows[place][place] for value in rows[place]]
        for i in range(order):
            if i != place and rows[i][place]:
                factor = rows[i][place]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[place], strict=True)]
    return rows, determinant


def stacked(function: Callable[..., Any], *operands: Array) -> Iterator[Any]:
    """A function of matrices for each place of the stack."""
    for index in indices(operands[0].shape[:-2]):
        yield function(*(operand[index] for operand in operands))


def determinant(x: Array) -> Array:
    """The exact determinant."""
    return store([float(value) for value in stacked(lambda m: eliminated(rows_of(m))[1], x)], x.dtype).reshape(
        x.shape[:-2]
    )


def solution(matrix: Array, rhs: Array) -> list[float]:
    """The elements of the exact solution of one system."""
    rows = [left + right for left, right in zip(rows_of(matrix), rows_of(rhs), strict=True)]
    return [float(value) for row in eliminated(rows)[0] for value in row[len(rows) :]]


def solve(matrix: Array, rhs: Array, adjoint: bool = False) -> Array:
    """``x`` with ``matrix x = rhs``."""
    left = np.swapaxes(matrix, -1, -2) if adjoint else matrix
    return store([value for found in stacked(solution, left, rhs) for value in found], rhs.dtype).reshape(rhs.shape)


def inverse(x: Array, adjoint: bool = False) -> Array:
    """The inverse."""
    return solve(x, np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape), adjoint)


def triangular_solve(matrix: Array, rhs: Array, lower: bool = True, adjoint: bool = False) -> Array:
    """As ``solve``; the other triangle is not looked at."""
    masked = matrix.copy()
    for index in indices(matrix.shape):
        if index[-1] > index[-2] if lower else index[-1] < index[-2]:
            masked[index] = 0
    return solve(masked, rhs, adjoint)


def cholesky(x: Array) -> Array:
    """The lower triangular factor with a positive diagonal (Cholesky and Banachiewicz)."""

    def factor(matrix: Array) -> list[float]:
        order = matrix.shape[-1]
        found = [[0.0] * order for _ in range(order)]
        for i in range(order):
            for j in range(i + 1):
                rest = number(matrix[i, j]) - sum(found[i][k] * found[j][k] for k in range(j))
                found[i][j] = rest**0.5 if i == j else rest / found[j][j]
        return [value for row in found for value in row]

    return store([value for found in stacked(factor, x) for value in found], x.dtype).reshape(x.shape)


def square(root: Array) -> Array:
    """A matrix from its root."""
    return product(root, root)


def from_singular(s: Array, u: Array, v: Array) -> Array:
    """A matrix from its singular values and vectors."""
    scaled = store([number(u[at]) * number(s[(*at[:-2], at[-1])]) for at in indices(u.shape)], u.dtype).reshape(u.shape)
    return product(scaled, np.swapaxes(v, -1, -2))


def from_eigen(e: Array, v: Array) -> Array:
    """A symmetric matrix from its eigenvalues and vectors."""
    return from_singular(e, v, v)


def signed_log(x: Array) -> tuple[Array, Array]:
    """The sign and the logarithm of the determinant."""
    exact = determinant(x.astype("float64"))
    logs = [float(np.log(abs(number(value)))) for value in exact.reshape(-1)]
    signs = [1.0 if value > 0 else -1.0 for value in exact.reshape(-1)]
    return store(signs, x.dtype).reshape(exact.shape), store(logs, x.dtype).reshape(exact.shape)


def same(x: Array, **_: Any) -> Array:
    """The operand, which the factors must give back."""
    return x


FORMS = [(dtype, stack, order) for dtype in FLOATS for stack in STACKS for order in ORDERS]

CASES = [
    *(
        Case(ops.MATRIX_DETERMINANT, (well_conditioned(stack, n, dtype),), determinant, tolerance=40)
        for dtype, stack, n in FORMS
    ),
    Case(ops.MATRIX_DETERMINANT, (array([[1.0, 2.0], [2.0, 4.0]], "float64"),), determinant, note="singular"),
    *(
        Case(ops.LOG_MATRIX_DETERMINANT, (well_conditioned(stack, n, dtype),), signed_log, tolerance=40)
        for dtype, stack, n in FORMS
    ),
    *(
        Case(ops.MATRIX_INVERSE, (well_conditioned(stack, n, dtype),), inverse, {"adjoint": adjoint}, tolerance=40)
        for dtype, stack, n in FORMS
        for adjoint in (False, True)
    ),
    *(
        Case(
            ops.MATRIX_SOLVE,
            (well_conditioned(stack, n, dtype), sample((*stack, n, 2), dtype, seed=1)),
            solve,
            {"adjoint": adjoint},
            tolerance=40,
        )
        for dtype, stack, n in FORMS
        for adjoint in (False, True)
    ),
    *(
        Case(
            ops.MATRIX_TRIANGULAR_SOLVE,
            (well_conditioned(stack, n, dtype), sample((*stack, n, 2), dtype, seed=1)),
            triangular_solve,
            {"lower": lower, "adjoint": adjoint},
            tolerance=40,
        )
        for dtype, stack, n in FORMS
        for lower in (False, True)
        for adjoint in (False, True)
    ),
    *(Case(ops.CHOLESKY, (positive(stack, n, dtype),), cholesky, tolerance=40) for dtype, stack, n in FORMS),
    *(
        Case(ops.MATRIX_SQUARE_ROOT, (positive(stack, n, "float64"),), same, tolerance=40, determined=square)
        for stack in STACKS
        for n in ORDERS
    ),
    *(
        Case(ops.SVD, (sample((*stack, *shape), dtype),), same, tolerance=40, determined=from_singular)
        for dtype in FLOATS
        for stack in STACKS
        for shape in ((3, 3), (4, 2), (2, 4))
    ),
    *(
        Case(ops.SELF_ADJOINT_EIG, (positive(stack, n, dtype),), same, tolerance=80, determined=from_eigen)
        for dtype, stack, n in FORMS
    ),
]
