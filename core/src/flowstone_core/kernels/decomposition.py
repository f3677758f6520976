"""Numpy kernels of ``flowstone_core.ops.decomposition``, on LAPACK where numpy has it."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels import matrix_functions
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.ops import decomposition as ops

KERNELS = KernelSet()


def adjoint(x: Any) -> Any:
    """Transposed, and conjugated if complex."""
    swapped = np.swapaxes(x, -1, -2)
    return np.conj(swapped) if x.dtype.kind == "c" else swapped


def _check_matrix(x: Any) -> None:
    if x.ndim < 2:
        raise SpecError(f"Matrices or stacks of them are wanted, got shape {x.shape}.")


def _check_square(x: Any) -> None:
    _check_matrix(x)
    if x.shape[-1] != x.shape[-2]:
        raise SpecError(f"Square matrices are wanted, got shape {x.shape}.")


def _not_invertible() -> InvalidArgumentError:
    return InvalidArgumentError(None, None, "Input matrix is not invertible.")


def _check_system(matrix: Any, rhs: Any) -> None:
    _check_matrix(matrix)
    _check_matrix(rhs)
    if matrix.shape[-2] != rhs.shape[-2]:
        raise SpecError(f"Input matrix and rhs are incompatible: shapes {matrix.shape} and {rhs.shape}.")


# -- Cholesky, inverse, determinants -------------------------------------------------------------------------------


@add_with_narrow(KERNELS, ops.CHOLESKY)
def cholesky(input: Any) -> Any:
    """LAPACK's; nan for matrices that are not positive definite."""
    _check_square(input)
    try:
        return np.linalg.cholesky(input)
    except np.linalg.LinAlgError:
        size = input.shape[-1]
        stack = input.reshape(-1, size, size)
        return np.stack([_cholesky_or_nan(matrix) for matrix in stack]).reshape(input.shape)


def _cholesky_or_nan(matrix: Any) -> Any:
    try:
        return np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return np.tril(np.full_like(matrix, np.nan))


@add_with_narrow(KERNELS, ops.CHOLESKY_GRAD)
def cholesky_grad(l: Any, grad: Any) -> Any:  # noqa: E741 - TensorFlow's name
    """``½ L⁻ᵀ Φ(Lᵀ dL) L⁻¹``, made symmetric; Φ takes the lower triangle and halves its diagonal.

    See Iain Murray, Differentiation of the Cholesky decomposition, 2016.
    """
    _check_square(l)
    inverse = triangular_solve(l, np.eye(l.shape[-1], dtype=l.dtype), lower=True, adjoint=False)
    middle = np.tril(np.matmul(adjoint(l), grad))
    index = np.arange(l.shape[-1])
    middle[..., index, index] *= 0.5
    gradient = np.matmul(np.matmul(adjoint(inverse), middle), inverse)
    return (gradient + adjoint(gradient)) * l.dtype.type(0.5)


@add_with_narrow(KERNELS, ops.MATRIX_INVERSE)
def inverse(input: Any, *, adjoint: bool) -> Any:
    """LAPACK's."""
    _check_square(input)
    try:
        return np.linalg.inv(_adjoint_if(input, adjoint))
    except np.linalg.LinAlgError:
        raise InvalidArgumentError(None, None, "Input is not invertible.") from None


def _adjoint_if(x: Any, wanted: bool) -> Any:
    return adjoint(x) if wanted else x


@add_with_narrow(KERNELS, ops.MATRIX_DETERMINANT)
def determinant(input: Any) -> Any:
    """LAPACK's."""
    _check_square(input)
    return np.asarray(np.linalg.det(input)).astype(input.dtype, copy=False)


@add_with_narrow(KERNELS, ops.LOG_MATRIX_DETERMINANT)
def log_determinant(input: Any) -> Any:
    """LAPACK's."""
    _check_square(input)
    sign, logarithm = np.linalg.slogdet(input)
    return np.asarray(sign).astype(input.dtype, copy=False), np.asarray(logarithm).astype(input.dtype)


# -- equations -----------------------------------------------------------------------------------------------------


@add_with_narrow(KERNELS, ops.MATRIX_SOLVE)
def solve(matrix: Any, rhs: Any, *, adjoint: bool) -> Any:
    """LAPACK's."""
    _check_square(matrix)
    _check_system(matrix, rhs)
    if matrix.shape[:-2] != rhs.shape[:-2]:
        raise SpecError(f"All leading dimensions must be equal, got shapes {matrix.shape} and {rhs.shape}.")
    try:
        return np.linalg.solve(_adjoint_if(matrix, adjoint), rhs)
    except np.linalg.LinAlgError:
        raise _not_invertible() from None


@add_with_narrow(KERNELS, ops.MATRIX_TRIANGULAR_SOLVE)
def triangular_solve(matrix: Any, rhs: Any, *, lower: bool, adjoint: bool) -> Any:
    """By elimination, which finds an upper triangle in need of none; a lower one is turned around."""
    _check_square(matrix)
    _check_system(matrix, rhs)
    triangle = _adjoint_if(np.tril(matrix) if lower else np.triu(matrix), adjoint)
    upper = lower == adjoint
    if not upper:
        triangle, rhs = triangle[..., ::-1, ::-1], rhs[..., ::-1, :]
    if np.diagonal(triangle, axis1=-2, axis2=-1).all():
        solution = np.linalg.solve(triangle, rhs)
    else:
        solution = _substituted(triangle, rhs)
    return solution if upper else solution[..., ::-1, :]


def _substituted(upper: Any, rhs: Any) -> Any:
    """Substitution from the last row up, which divides by zeros as they come."""
    shape = (*np.broadcast_shapes(upper.shape[:-2], rhs.shape[:-2]), *rhs.shape[-2:])
    solution = np.broadcast_to(rhs, shape).copy()
    for k in reversed(range(upper.shape[-1])):
        above = np.matmul(upper[..., k : k + 1, k + 1 :], solution[..., k + 1 :, :])[..., 0, :]
        solution[..., k, :] = (solution[..., k, :] - above) / upper[..., k, k, None]
    return solution


@KERNELS.add(ops.MATRIX_SOLVE_LS)
def least_squares(matrix: Any, rhs: Any, l2_regularizer: Any, *, fast: bool) -> Any:
    """The normal equations, regularized; or the pseudo-inverse, which also has an answer without full rank."""
    _check_system(matrix, rhs)
    if matrix.shape[:-2] != rhs.shape[:-2]:
        raise SpecError(f"All leading dimensions must be equal, got shapes {matrix.shape} and {rhs.shape}.")
    dtype = matrix.dtype
    if dtype == np.float16:
        matrix, rhs = matrix.astype(np.float32), rhs.astype(np.float32)
    if not fast:
        return np.matmul(np.linalg.pinv(matrix), rhs).astype(dtype, copy=False)
    rows, columns = matrix.shape[-2:]
    damping = np.eye(min(rows, columns), dtype=matrix.dtype) * matrix.dtype.type(float(l2_regularizer))
    flipped = adjoint(matrix)
    try:
        if rows >= columns:
            gram = np.matmul(flipped, matrix) + damping
            solution = np.linalg.solve(gram, np.matmul(flipped, rhs))
        else:
            gram = np.matmul(matrix, flipped) + damping
            solution = np.matmul(flipped, np.linalg.solve(gram, rhs))
    except np.linalg.LinAlgError:
        raise InvalidArgumentError(
            None,
            None,
            "Input matrix was rank deficient or ill-conditioned. Try setting fast=False or "
            "providing a larger l2_regularizer > 0.",
        ) from None
    return solution.astype(dtype, copy=False)


# -- orthogonal decompositions -------------------------------------------------------------------------------------


@add_with_narrow(KERNELS, ops.SVD)
def svd(input: Any, *, compute_uv: bool, full_matrices: bool) -> Any:
    """LAPACK's."""
    _check_matrix(input)
    if not compute_uv:
        none = np.zeros(0, input.dtype)
        return np.linalg.svd(input, compute_uv=False).astype(input.dtype, copy=False), none, none
    u, s, vh = np.linalg.svd(input, full_matrices=full_matrices)
    return s.astype(input.dtype, copy=False), u, adjoint(vh)


@add_with_narrow(KERNELS, ops.SELF_ADJOINT_EIG)
def eigh(input: Any, *, compute_v: bool) -> Any:
    """LAPACK's, from the lower triangle."""
    _check_square(input)
    if not compute_v:
        return np.linalg.eigvalsh(input).astype(input.dtype, copy=False), np.zeros(0, input.dtype)
    e, v = np.linalg.eigh(input)
    return e.astype(input.dtype, copy=False), v


@KERNELS.add(ops.EIG)
def eig(input: Any, *, compute_v: bool, Tout: DType) -> Any:
    """LAPACK's."""
    _check_square(input)
    target = Tout.numpy_dtype
    if not compute_v:
        return np.linalg.eigvals(input).astype(target), np.zeros(0, target)
    e, v = np.linalg.eig(input)
    return e.astype(target), v.astype(target)


# -- LU ------------------------------------------------------------------------------------------------------------


@add_with_narrow(KERNELS, ops.LU)
def lu(input: Any, *, output_idx_type: DType) -> Any:
    """Elimination with the largest pivot of each column, all matrices of the stack at once."""
    _check_square(input)
    size = input.shape[-1]
    stack = input.reshape(-1, size, size).copy()
    count = stack.shape[0]
    order = np.broadcast_to(np.arange(size), (count, size)).copy()
    each = np.arange(count)
    for k in range(size):
        pivot = k + np.argmax(np.abs(stack[:, k:, k]), axis=1)
        for array in (stack, order):
            array[each, k], array[each, pivot] = array[each, pivot], array[each, k].copy()
        divisor = stack[:, k, k]
        if not divisor.all():
            raise InvalidArgumentError(None, None, "Input is not invertible.")
        stack[:, k + 1 :, k] /= divisor[:, None]
        stack[:, k + 1 :, k + 1 :] -= stack[:, k + 1 :, k, None] * stack[:, None, k, k + 1 :]
    return stack.reshape(input.shape), order.reshape(input.shape[:-1]).astype(output_idx_type.numpy_dtype)


# -- functions of matrices -----------------------------------------------------------------------------------------


@add_with_narrow(KERNELS, ops.MATRIX_SQUARE_ROOT)
def square_root(input: Any) -> Any:
    """The principal root."""
    _check_square(input)
    return matrix_functions.square_root(input)


@KERNELS.add(ops.MATRIX_LOGARITHM)
def logarithm(input: Any) -> Any:
    """The principal logarithm."""
    _check_square(input)
    return matrix_functions.logarithm(input)


@add_with_narrow(KERNELS, ops.MATRIX_EXPONENTIAL)
def exponential(input: Any) -> Any:
    """The exponential."""
    _check_square(input)
    return matrix_functions.exponential(input)
