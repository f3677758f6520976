"""What the gradients of matrix decompositions are made of."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops.array import expand_dims
from flowstone_core.ops.diagonal import MATRIX_BAND_PART, MATRIX_DIAG, MATRIX_DIAG_PART, MATRIX_SET_DIAG
from flowstone_core.ops.filling import zeros_like
from flowstone_core.ops.linalg import adjoint as adjoint
from flowstone_core.ops.linalg import matmul as matmul
from flowstone_core.ops.math import add, divide, multiply, square, subtract
from flowstone_core.tensor import Tensor


def lower(a: Tensor) -> Any:
    """The lower triangle with the diagonal."""
    return MATRIX_BAND_PART(a, -1, 0)


def strictly_lower(a: Tensor) -> Any:
    """The lower triangle without the diagonal."""
    return subtract(a, upper(a))


def upper(a: Tensor) -> Any:
    """The upper triangle with the diagonal."""
    return MATRIX_BAND_PART(a, 0, -1)


def diagonal(a: Tensor) -> Any:
    """The main diagonal of each matrix."""
    return MATRIX_DIAG_PART(a)


def diagonal_matrix(d: Tensor) -> Any:
    """Matrices with ``d`` on the main diagonal."""
    return MATRIX_DIAG(d)


def with_half_diagonal(a: Tensor) -> Any:
    """``a`` with half of its main diagonal."""
    return MATRIX_SET_DIAG(a, multiply(MATRIX_DIAG_PART(a), 0.5))


def column(v: Tensor) -> Any:
    """A vector as a column: times a matrix it scales the rows."""
    return expand_dims(v, -1)


def row(v: Tensor) -> Any:
    """A vector as a row: times a matrix it scales the columns."""
    return expand_dims(v, -2)


def inverse_gaps(values: Tensor) -> Any:
    """``fᵢⱼ = 1 / (vⱼ - vᵢ)``, 0 on the diagonal; equal values give 0 rather than infinity."""
    gaps = subtract(row(values), column(values))
    inverse = divide(gaps, add(square(gaps), 1e-20))
    return MATRIX_SET_DIAG(inverse, zeros_like(values))


def lower_symmetric(a: Tensor) -> Any:
    """The gradient by a Hermitian matrix of which the lower triangle alone is read."""
    return with_half_diagonal(lower(add(a, adjoint(a))))
