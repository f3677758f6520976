"""Gradients of ``flowstone_core.ops.decomposition``.

Most formulas are from Giles, Collected matrix derivative results for forward and reverse mode algorithmic
differentiation (2008); the singular value decomposition's from Townsend, Differentiating the singular value
decomposition (2016). ``ᴴ`` is the conjugate transpose, ``∘`` the product element by element.
"""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import decomposition as ops
from flowstone_core.ops.cast import cast
from flowstone_core.ops.complex import real
from flowstone_core.ops.filling import eye, one_hot, zeros_like
from flowstone_core.ops.joining import concat
from flowstone_core.ops.math import add, divide, multiply, negative, subtract
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.conjugate import conj
from flowstone_autodiff.formula import by_formula
from flowstone_autodiff.matrices import (
    adjoint,
    column,
    diagonal,
    diagonal_matrix,
    inverse_gaps,
    lower,
    lower_symmetric,
    matmul,
    row,
    strictly_lower,
    upper,
    with_half_diagonal,
)
from flowstone_autodiff.registry import Call, gradient
from flowstone_autodiff.static import dims, sizes

Pair = tuple[Any, Any]

# -- Cholesky, inverse, determinants -------------------------------------------------------------------------------


@gradient(ops.CHOLESKY)
def cholesky_gradient(call: Call, dl: Tensor) -> Any:
    """``A = L Lᴴ``: ``L⁻ᴴ Φ(Lᴴ dl) L⁻¹``, made Hermitian; ``Φ`` takes the lower triangle and half the diagonal."""
    return _through_cholesky(call.output, dl)


@gradient(ops.CHOLESKY_GRAD)
def cholesky_grad_gradient(call: Call, dz: Tensor) -> Pair:
    """By the formula of the first derivative."""
    by_l, by_grad = by_formula(_through_cholesky, call.inputs, dz)
    return by_l, by_grad


def _through_cholesky(factor: Tensor, dl: Tensor) -> Any:
    middle = with_half_diagonal(lower(matmul(factor, dl, adjoint_a=True)))
    left = ops.MATRIX_TRIANGULAR_SOLVE(factor, middle, lower=True, adjoint=True)
    whole = adjoint(ops.MATRIX_TRIANGULAR_SOLVE(factor, adjoint(left), lower=True, adjoint=True))
    return multiply(add(whole, adjoint(whole)), 0.5)


@gradient(ops.MATRIX_INVERSE)
def inverse_gradient(call: Call, dy: Tensor) -> Any:
    """``Y = A⁻¹``: ``-Yᴴ dy Yᴴ``; with ``adjoint``, ``Y = A⁻ᴴ``: ``-Y dyᴴ Y``."""
    y = call.output
    if call.attrs["adjoint"]:
        return negative(matmul(matmul(y, dy, adjoint_b=True), y))
    return negative(matmul(y, matmul(dy, y, adjoint_b=True), adjoint_a=True))


@gradient(ops.MATRIX_DETERMINANT)
def determinant_gradient(call: Call, dy: Tensor) -> Any:
    """``dy conj(det A) A⁻ᴴ``."""
    inverse = ops.MATRIX_INVERSE(call.inputs[0], adjoint=True)
    return multiply(column(column(multiply(dy, conj(call.output)))), inverse)


@gradient(ops.LOG_MATRIX_DETERMINANT, missing=True)
def log_determinant_gradient(call: Call, d_sign: Any, d_log: Any) -> Any:
    """``d_log A⁻ᴴ``; the sign counts as a constant, as in TensorFlow."""
    if d_log is None:
        return None
    return multiply(column(column(d_log)), ops.MATRIX_INVERSE(call.inputs[0], adjoint=True))


# -- systems of equations ------------------------------------------------------------------------------------------


@gradient(ops.MATRIX_SOLVE)
def solve_gradient(call: Call, dx: Tensor) -> Pair:
    """``A X = B``: ``dB = A⁻ᴴ dx`` and ``dA = -dB Xᴴ``."""
    a, adjoint_a = call.inputs[0], call.attrs["adjoint"]
    by_b = ops.MATRIX_SOLVE(a, dx, adjoint=not adjoint_a)
    return negative(_by_matrix(by_b, call.output, adjoint_a)), by_b


def _by_matrix(by_b: Tensor, x: Tensor, adjoint_a: bool) -> Any:
    return matmul(x, by_b, adjoint_b=True) if adjoint_a else matmul(by_b, x, adjoint_b=True)


@gradient(ops.MATRIX_TRIANGULAR_SOLVE)
def triangular_solve_gradient(call: Call, dx: Tensor) -> Pair:
    """As for any system, and nothing for the triangle that is not read."""
    a, b = call.inputs
    low, adjoint_a = call.attrs["lower"], call.attrs["adjoint"]
    by_b = ops.MATRIX_TRIANGULAR_SOLVE(a, dx, lower=low, adjoint=not adjoint_a)
    by_a = negative(_by_matrix(by_b, call.output, adjoint_a))
    return unbroadcast(lower(by_a) if low else upper(by_a), a), unbroadcast(by_b, b)


@gradient(ops.MATRIX_SOLVE_LS)
def least_squares_gradient(call: Call, dx: Tensor) -> tuple[Any, Any, None]:
    """By the normal equations ``(AᴴA + λI) X = AᴴB``, or ``X = Aᴴ(AAᴴ + λI)⁻¹B`` if there are fewer rows."""
    if not call.attrs["fast"]:
        raise ValueError("The gradient of tf.linalg.lstsq is not defined for fast=False.")
    a, b, penalty = call.inputs
    rows, columns = sizes(a)[-2:]
    wide = type(rows) is int and type(columns) is int and rows < columns

    def formula(a: Tensor, b: Tensor) -> Any:
        gram = matmul(a, a, adjoint_b=True) if wide else matmul(a, a, adjoint_a=True)
        gram = add(gram, multiply(eye(rows if wide else columns, dtype=a.dtype), cast(penalty, a.dtype)))
        if wide:
            return matmul(a, ops.MATRIX_SOLVE(gram, b), adjoint_a=True)
        return ops.MATRIX_SOLVE(gram, matmul(a, b, adjoint_a=True))

    by_a, by_b = by_formula(formula, (a, b), dx)
    return by_a, by_b, None


# -- eigenvalues ---------------------------------------------------------------------------------------------------


@gradient(ops.SELF_ADJOINT_EIG, missing=True)
def self_adjoint_eig_gradient(call: Call, d_values: Any, d_vectors: Any) -> Any:
    """``A = V diag(e) Vᴴ``: ``V (diag(de) + F ∘ (Vᴴ dV)) Vᴴ`` with ``Fᵢⱼ = 1 / (eⱼ - eᵢ)``, of the lower triangle."""
    values, vectors = call.outputs
    if not call.attrs["compute_v"]:
        values, vectors = ops.SELF_ADJOINT_EIG(call.inputs[0])
    middle: Any = None if d_values is None else diagonal_matrix(d_values)
    if d_vectors is not None and call.attrs["compute_v"]:
        turned = multiply(inverse_gaps(values), matmul(vectors, d_vectors, adjoint_a=True))
        middle = turned if middle is None else add(middle, turned)
    return lower_symmetric(matmul(vectors, matmul(middle, vectors, adjoint_b=True)))


@gradient(ops.EIG, missing=True)
def eig_gradient(call: Call, d_values: Any, d_vectors: Any) -> Any:
    """``A V = V diag(e)``: ``V⁻ᴴ (diag(de) + conj(F) ∘ (Vᴴ dV - Vᴴ V diag(Re(Vᴴ dV)))) Vᴴ``."""
    values, vectors = call.outputs
    if not call.attrs["compute_v"]:
        values, vectors = ops.EIG(call.inputs[0], Tout=call.attrs["Tout"])
    middle: Any = None if d_values is None else diagonal_matrix(d_values)
    if d_vectors is not None and call.attrs["compute_v"]:
        inner = matmul(vectors, d_vectors, adjoint_a=True)
        lengths = cast(real(diagonal(inner)), inner.dtype)
        inner = subtract(inner, multiply(matmul(vectors, vectors, adjoint_a=True), row(lengths)))
        turned = multiply(conj(inverse_gaps(values)), inner)
        middle = turned if middle is None else add(middle, turned)
    turned_back = adjoint(vectors)
    return cast(ops.MATRIX_SOLVE(turned_back, matmul(middle, turned_back)), call.inputs[0].dtype)


# -- singular values -----------------------------------------------------------------------------------------------


@gradient(ops.SVD, missing=True)
def svd_gradient(call: Call, ds: Any, du: Any, dv: Any) -> Any:
    """``A = U S Vᴴ``: see Townsend; repeated singular values have no derivative."""
    a = call.inputs[0]
    s, u, v = call.outputs
    if not call.attrs["compute_uv"]:
        s, u, v = ops.SVD(a)
        return None if ds is None else matmul(multiply(u, row(cast(ds, u.dtype))), v, adjoint_b=True)
    _check_svd(call, du, dv)
    singular = cast(s, u.dtype)
    middle: Any = zeros_like(matmul(u, u, adjoint_a=True)) if ds is None else diagonal_matrix(cast(ds, u.dtype))
    gaps = inverse_gaps(multiply(singular, singular))
    outside: Any = None
    if du is not None:
        inner = matmul(u, du, adjoint_a=True)
        middle = add(middle, multiply(multiply(gaps, subtract(inner, adjoint(inner))), row(singular)))
        rest = multiply(subtract(du, matmul(u, inner)), row(_inverse(singular)))
        outside = matmul(rest, v, adjoint_b=True)
    if dv is not None:
        inner = matmul(v, dv, adjoint_a=True)
        middle = add(middle, multiply(column(singular), multiply(gaps, subtract(inner, adjoint(inner)))))
        rest = multiply(subtract(dv, matmul(v, inner)), row(_inverse(singular)))
        beside = matmul(u, rest, adjoint_b=True)
        outside = beside if outside is None else add(outside, beside)
    inside = matmul(u, matmul(middle, v, adjoint_b=True))
    return inside if outside is None else add(inside, outside)


def _check_svd(call: Call, du: Any, dv: Any) -> None:
    a = call.inputs[0]
    if (du is not None or dv is not None) and a.dtype.is_complex:
        raise NotImplementedError("The gradient of U and V of a complex SVD depends on phases that are not determined.")
    rows, columns = (dims(a) or (None, None))[-2:]
    if call.attrs["full_matrices"] and (rows is None or rows != columns):
        raise NotImplementedError(
            "The gradient of tf.linalg.svd is offered for full_matrices=True only if the matrices are square: the "
            "further columns are not determined. Use full_matrices=False."
        )


def _inverse(values: Tensor) -> Any:
    """``1 / v``, 0 where ``v`` is 0."""
    return divide(values, add(multiply(values, values), 1e-20))


# -- LU ------------------------------------------------------------------------------------------------------------


@gradient(ops.LU)
def lu_gradient(call: Call, d_lu: Tensor, d_permutation: None) -> Any:
    """``P A = L U``: ``dA = Pᵀ L⁻ᴴ (tril₋(Lᴴ dL) + triu(dU Uᴴ)) U⁻ᴴ``."""
    packed, permutation = call.outputs
    size = sizes(packed)[-1]
    unit = add(strictly_lower(packed), eye(size, dtype=packed.dtype))
    right = upper(packed)
    d_lower, d_upper = strictly_lower(d_lu), upper(d_lu)
    middle = add(strictly_lower(matmul(unit, d_lower, adjoint_a=True)), upper(matmul(d_upper, right, adjoint_b=True)))
    left = ops.MATRIX_TRIANGULAR_SOLVE(unit, middle, lower=True, adjoint=True)
    whole = adjoint(ops.MATRIX_TRIANGULAR_SOLVE(right, adjoint(left), lower=False))
    # row i of P A is row p[i] of A
    return matmul(one_hot(permutation, size, dtype=whole.dtype), whole, adjoint_a=True)


# -- functions of matrices -----------------------------------------------------------------------------------------


@gradient(ops.MATRIX_SQUARE_ROOT, ops.MATRIX_EXPONENTIAL, ops.MATRIX_LOGARITHM)
def matrix_function_gradient(call: Call, dy: Tensor) -> Any:
    """``f(A)``: the derivative of ``f`` at ``Aᴴ`` along ``dy``, the upper right block of ``f([[Aᴴ, dy], [0, Aᴴ]])``."""
    turned = adjoint(call.inputs[0])
    size = sizes(turned)[-1]
    block = concat([concat([turned, dy], -1), concat([zeros_like(dy), turned], -1)], -2)
    return call.op(block)[..., :size, size:]
