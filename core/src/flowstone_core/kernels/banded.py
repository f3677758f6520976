"""Numpy kernels of ``flowstone_core.ops.banded``: one step a row, over all matrices of a stack at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.ops import banded as ops

KERNELS = KernelSet()


@KERNELS.add(ops.TRIDIAGONAL_MATMUL)
def tridiagonal_matmul(superdiag: Any, maindiag: Any, subdiag: Any, rhs: Any) -> Any:
    """Three products."""
    for diagonal, which in ((superdiag, "superdiagonal"), (maindiag, "main diagonal"), (subdiag, "subdiagonal")):
        if diagonal.shape != (*rhs.shape[:-2], 1, rhs.shape[-2]):
            raise SpecError(f"Invalid {which} shape: {diagonal.shape} for a right-hand side of {rhs.shape}.")
    above, main, below = (np.swapaxes(each, -1, -2) for each in (superdiag, maindiag, subdiag))
    result = main * rhs
    result[..., :-1, :] += above[..., :-1, :] * rhs[..., 1:, :]
    result[..., 1:, :] += below[..., 1:, :] * rhs[..., :-1, :]
    return result


@KERNELS.add(ops.TRIDIAGONAL_SOLVE)
def tridiagonal_solve(diagonals: Any, rhs: Any, *, partial_pivoting: bool, perturb_singular: bool) -> Any:
    """Elimination, in which an exchange of rows makes a second diagonal above."""
    if diagonals.ndim != rhs.ndim or diagonals.shape[-2] != 3 or diagonals.shape[-1] != rhs.shape[-2]:
        raise SpecError(f"Expected diagonals [..., 3, M] and rhs [..., M, K], got {diagonals.shape}, {rhs.shape}.")
    if diagonals.shape[:-2] != rhs.shape[:-2]:
        raise SpecError(f"Batch shapes of diagonals and rhs must be equal: {diagonals.shape}, {rhs.shape}.")
    if perturb_singular:
        raise InvalidArgumentError(None, None, "TridiagonalSolve with perturb_singular is not offered.")
    size = rhs.shape[-2]
    above, main, below = (diagonals[..., i, :].copy() for i in range(3))
    second = np.zeros_like(main)
    x = rhs.copy()
    for k in range(size - 1):
        if partial_pivoting:
            _exchange(above, main, below, second, x, k)
        factor = below[..., k + 1] / main[..., k]
        main[..., k + 1] -= factor * above[..., k]
        above[..., k + 1] -= factor * second[..., k]
        x[..., k + 1, :] -= factor[..., None] * x[..., k, :]
    if not partial_pivoting and not main.all():
        raise InvalidArgumentError(None, None, "A pivot is zero; with partial_pivoting there may be a solution.")
    for k in reversed(range(size)):
        if k + 1 < size:
            x[..., k, :] -= above[..., k, None] * x[..., k + 1, :]
        if k + 2 < size:
            x[..., k, :] -= second[..., k, None] * x[..., k + 2, :]
        x[..., k, :] /= main[..., k, None]
    return x


def _exchange(above: Any, main: Any, below: Any, second: Any, x: Any, k: int) -> None:
    """Exchange the rows k and k + 1 where the lower has the larger pivot."""
    swap = np.abs(below[..., k + 1]) > np.abs(main[..., k])
    if not swap.any():
        return
    last = above[..., k + 1] if k + 2 < above.shape[-1] else np.zeros_like(above[..., k])
    rows = [
        (main[..., k].copy(), below[..., k + 1].copy()),
        (above[..., k].copy(), main[..., k + 1].copy()),
        (np.zeros_like(last), last.copy()),
    ]
    main[..., k] = np.where(swap, rows[0][1], rows[0][0])
    below[..., k + 1] = np.where(swap, rows[0][0], rows[0][1])
    above[..., k] = np.where(swap, rows[1][1], rows[1][0])
    main[..., k + 1] = np.where(swap, rows[1][0], rows[1][1])
    second[..., k] = np.where(swap, rows[2][1], rows[2][0])
    if k + 2 < above.shape[-1]:
        above[..., k + 1] = np.where(swap, rows[2][0], rows[2][1])
    upper, lower = x[..., k, :].copy(), x[..., k + 1, :].copy()
    x[..., k, :] = np.where(swap[..., None], lower, upper)
    x[..., k + 1, :] = np.where(swap[..., None], upper, lower)


@add_with_narrow(KERNELS, ops.BANDED_TRIANGULAR_SOLVE)
def banded_triangular_solve(matrix: Any, rhs: Any, *, lower: bool, adjoint: bool) -> Any:
    """Substitution; the adjoint of a lower matrix is an upper one, its diagonals moved."""
    if matrix.ndim < 2 or rhs.ndim < 2 or matrix.shape[-1] != rhs.shape[-2]:
        raise SpecError(f"Bands [..., count, n] do not fit a right-hand side: {matrix.shape} and {rhs.shape}.")
    count, size = matrix.shape[-2:]
    # offsets[d] is the diagonal d places away from the main one, indexed by column for lower, by row for upper
    offsets = [matrix[..., d if lower else count - 1 - d, :] for d in range(count)]
    if not offsets[0].all():
        raise InvalidArgumentError(None, None, "Input matrix is not invertible.")
    leading = np.broadcast_shapes(matrix.shape[:-2], rhs.shape[:-2])
    x = np.broadcast_to(rhs, (*leading, *rhs.shape[-2:])).copy()
    conjugate = np.conj if adjoint and matrix.dtype.kind == "c" else np.positive
    downwards = lower != adjoint
    for row in range(size) if downwards else reversed(range(size)):
        for d in range(1, count):
            other = row - d if downwards else row + d
            if 0 <= other < size:
                # element (row, other) of A, or (other, row) of the matrix whose adjoint A is
                place = max(row, other) if lower else min(row, other)
                x[..., row, :] -= conjugate(offsets[d][..., place])[..., None] * x[..., other, :]
        x[..., row, :] /= conjugate(offsets[0][..., row])[..., None]
    return x
