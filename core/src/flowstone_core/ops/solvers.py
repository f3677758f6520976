"""What follows from decompositions: solutions of equations, determinants, pseudo-inverses, ranks."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import float64, int32
from flowstone_core.ops import array, filling
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import greater, less_equal, logical_and
from flowstone_core.ops.complex import conj, real
from flowstone_core.ops.decomposition import MATRIX_SOLVE_LS, cholesky, eigh, eigvalsh, svd, triangular_solve
from flowstone_core.ops.diagonal import band_part, diag, diag_part, set_diag
from flowstone_core.ops.elementary import log
from flowstone_core.ops.gathering import gather
from flowstone_core.ops.linalg import matmul
from flowstone_core.ops.math import add, multiply, negative, truediv
from flowstone_core.ops.nn import top_k
from flowstone_core.ops.reduce import reduce_max, reduce_sum
from flowstone_core.ops.selection import boolean_mask, where
from flowstone_core.tensor import Tensor, TensorLike


def cholesky_solve(chol: TensorLike, rhs: TensorLike, name: str | None = None) -> Tensor:
    """The ``X`` with ``A X = rhs``, from the Cholesky factor of ``A``.

    Args:
        chol: What ``tf.linalg.cholesky(A)`` gave, ``[..., n, n]``.
        rhs: ``[..., n, k]``.
        name: A name for the result in a graph.
    """
    below = triangular_solve(chol, rhs, adjoint=False, lower=True)
    return triangular_solve(chol, below, adjoint=True, lower=True, name=name)


def logdet(matrix: TensorLike, name: str | None = None) -> Tensor:
    """The logarithms of the determinants of Hermitian positive definite matrices.

    >>> tf.linalg.logdet([[1., 0.], [0., 1.]]).numpy()
    np.float32(0.0)
    """
    diagonal = real(diag_part(cholesky(matrix)))
    return multiply(convert_to_tensor(2, dtype=diagonal.dtype), reduce_sum(log(diagonal), -1), name=name)


def lstsq(
    matrix: TensorLike, rhs: TensorLike, l2_regularizer: Any = 0.0, fast: bool = True, name: str | None = None
) -> Tensor:
    """The ``X`` that makes ``‖matrix X - rhs‖² + λ ‖X‖²`` smallest.

    Args:
        matrix: ``[..., m, n]``.
        rhs: ``[..., m, k]``.
        l2_regularizer: The weight λ; only with ``fast``.
        fast: Whether to solve the normal equations, for which the matrix must have full rank and be well
            conditioned; otherwise the solution of least norm is found, slowly.
        name: A name for the op in a graph.
    """
    damping = convert_to_tensor(l2_regularizer, dtype=float64)
    return MATRIX_SOLVE_LS(matrix, rhs, damping, fast=fast, name=name)


# -- pseudo-inverse, rank ------------------------------------------------------------------------------------------


def _check_real_matrix(a: Tensor) -> None:
    if not a.dtype.is_floating:
        raise TypeError(f"Input `a` must have `float`-like `dtype` (saw {a.dtype.name}).")
    if a.shape.rank is not None and a.shape.rank < 2:
        raise ValueError(f"Input `a` must have at least 2 dimensions (saw: {a.shape.rank}).")


def _larger_side(a: Tensor) -> Any:
    """The larger of the numbers of rows and columns, as a number of the type of ``a``."""
    if a.shape.rank is not None and None not in a.shape.as_list()[-2:]:
        return float(max(size or 0 for size in a.shape.as_list()[-2:]))
    return cast(reduce_max(array.shape(a)[-2:]), a.dtype)


def pinv(a: TensorLike, rcond: Any = None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """The pseudo-inverses of Moore and Penrose.

    Args:
        a: Real matrices, ``[..., m, n]``.
        rcond: Singular values below this part of the largest count as 0; ``10 max(m, n) ε`` by default.
        validate_args: Accepted; inputs are always checked.
        name: A name for the result in a graph.

    Raises:
        TypeError: If the matrices are not of floating point type.
    """
    a = convert_to_tensor(a)
    _check_real_matrix(a)
    if rcond is None:
        rcond = convert_to_tensor(10.0 * float(np.finfo(a.dtype.as_numpy_dtype).eps), dtype=a.dtype) * _larger_side(a)
    limit = convert_to_tensor(rcond, dtype=a.dtype)
    s, u, v = svd(a, full_matrices=False, compute_uv=True)
    cutoff = multiply(limit, reduce_max(s, -1))
    infinity = filling.fill(array.shape(s), convert_to_tensor(float("inf"), dtype=a.dtype))
    s = where(greater(s, array.expand_dims(cutoff, -1)), s, infinity)
    return matmul(truediv(v, array.expand_dims(s, -2)), u, adjoint_b=True, name=name)


def matrix_rank(a: TensorLike, tol: Any = None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """How many singular values are larger than ``tol``, ``max(m, n) ε`` times the largest by default.

    >>> tf.linalg.matrix_rank([[1., 1.], [1., 1.]]).numpy()
    np.int32(1)

    Raises:
        TypeError: If the matrices are not of floating point type.
    """
    a = convert_to_tensor(a)
    _check_real_matrix(a)
    s = svd(a, compute_uv=False)
    if tol is None:
        largest = reduce_max(s, -1, keepdims=True)
        tol = largest * convert_to_tensor(float(np.finfo(a.dtype.as_numpy_dtype).eps), dtype=a.dtype) * _larger_side(a)
    return reduce_sum(cast(greater(s, convert_to_tensor(tol, dtype=a.dtype)), int32), -1, name=name)


# -- from LU -------------------------------------------------------------------------------------------------------


def _check_lu(lower_upper: Tensor, perm: Tensor) -> int:
    rank = lower_upper.shape.rank
    if rank is None:
        raise ValueError("The factors of an LU decomposition must have a known rank.")
    if rank < 2:
        raise ValueError(f"Input `lower_upper` must have at least 2 dimensions (saw: {rank}).")
    if perm.shape.rank is not None and perm.shape.rank != rank - 1:
        raise ValueError("Ranks of `lower_upper` and `perm` must differ by one.")
    return rank


def _factors(lower_upper: Tensor) -> tuple[Tensor, Tensor]:
    ones = filling.ones_like(diag_part(lower_upper))
    return set_diag(band_part(lower_upper, -1, 0), ones), band_part(lower_upper, 0, -1)


def lu_solve(
    lower_upper: TensorLike, perm: TensorLike, rhs: TensorLike, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """The ``X`` with ``A X = rhs``, from ``tf.linalg.lu(A)``.

    Args:
        lower_upper: The factors.
        perm: The permutation.
        rhs: ``[..., n, k]``.
        validate_args: Accepted; inputs are always checked.
        name: A name for the result in a graph.

    Raises:
        ValueError: If the ranks do not fit.
    """
    lower_upper = convert_to_tensor(lower_upper)
    perm = convert_to_tensor(perm)
    rhs = convert_to_tensor(rhs, dtype_hint=lower_upper.dtype)
    rank = _check_lu(lower_upper, perm)
    if rhs.shape.rank is not None and rhs.shape.rank < 2:
        raise ValueError(f"Input `rhs` must have at least 2 dimensions (saw: {rhs.shape.rank}).")
    lower, upper = _factors(lower_upper)
    permuted = gather(rhs, perm, axis=-2, batch_dims=rank - 2)
    return triangular_solve(upper, triangular_solve(lower, permuted), lower=False, name=name)


def lu_reconstruct(
    lower_upper: TensorLike, perm: TensorLike, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """The ``A`` of which ``tf.linalg.lu(A)`` gave these factors and this permutation."""
    lower_upper = convert_to_tensor(lower_upper)
    perm = convert_to_tensor(perm)
    rank = _check_lu(lower_upper, perm)
    lower, upper = _factors(lower_upper)
    size = perm.shape[-1] if perm.shape[-1] is not None else array.shape(perm)[-1]
    inverse = top_k(negative(perm), size).indices  # positions in rising order
    return gather(matmul(lower, upper), inverse, axis=-2, batch_dims=rank - 2, name=name)


def lu_matrix_inverse(
    lower_upper: TensorLike, perm: TensorLike, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """The inverse of the ``A`` of which ``tf.linalg.lu(A)`` gave these factors and this permutation."""
    lower_upper = convert_to_tensor(lower_upper)
    _check_lu(lower_upper, convert_to_tensor(perm))
    identity = diag(filling.ones_like(diag_part(lower_upper)))
    return lu_solve(lower_upper, perm, identity, validate_args, name)


# -- tridiagonal eigenvalues ---------------------------------------------------------------------------------------


def eigh_tridiagonal(
    alpha: TensorLike,
    beta: TensorLike,
    eigvals_only: bool = True,
    select: str = "a",
    select_range: Any = None,
    tol: Any = None,
    name: str | None = None,
) -> Any:
    """Eigenvalues (the smallest first) and eigenvectors of Hermitian tridiagonal matrices.

    >>> tf.linalg.eigh_tridiagonal([1., 1.], [0.]).numpy()
    array([1., 1.], dtype=float32)

    Args:
        alpha: The diagonal, ``[n]``.
        beta: The diagonal above it, ``[n - 1]``.
        eigvals_only: Whether only the eigenvalues are wanted.
        select: ``"a"`` for all, ``"i"`` for those numbered ``select_range[0]`` to ``select_range[1]``, ``"v"`` for
            those in ``(select_range[0], select_range[1]]``.
        select_range: A pair of numbers.
        tol: Accepted; the result is as exact as the type allows.
        name: A name for the result in a graph.

    Returns:
        The eigenvalues, or ``(eigenvalues, eigenvectors)``.

    Raises:
        ValueError: If ``select`` or ``select_range`` is not valid.
    """
    if select not in ("a", "i", "v"):
        raise ValueError("'select must have a value in {'a', 'i', 'v'}.")
    if select != "a" and (select_range is None or len(select_range) != 2 or select_range[0] > select_range[1]):
        raise ValueError(f"'select_range' must be an ordered pair, got {select_range}.")
    alpha = convert_to_tensor(alpha)
    beta = convert_to_tensor(beta, dtype_hint=alpha.dtype)
    below = diag(conj(beta), k=-1)
    matrix = add(add(diag(alpha), diag(beta, k=1)), below)
    values, vectors = (eigvalsh(matrix), None) if eigvals_only else eigh(matrix)
    values = real(values)
    if select == "i":
        chosen = slice(select_range[0], select_range[1] + 1)
        values = values[chosen]
        vectors = None if vectors is None else vectors[:, chosen]
    elif select == "v":
        mask = logical_and(greater(values, select_range[0]), less_equal(values, select_range[1]))
        values = boolean_mask(values, mask)
        vectors = None if vectors is None else boolean_mask(vectors, mask, axis=1)
    values = array.identity(values, name=name)
    return values if vectors is None else (values, vectors)
