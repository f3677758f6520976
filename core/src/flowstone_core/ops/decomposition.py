"""Decompositions of matrices, and what follows from them: inverses, determinants, solutions of equations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flowstone_core import shapes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype, complex64, complex128, float64, int32
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops.complex import real
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import DENSE_DECOMPOSABLE

# -- shape rules ---------------------------------------------------------------------------------------------------

Sizes = tuple[int | None, ...]


def _matrix(x: Spec, what: str) -> Sizes | None:
    if x.shape is not None and len(x.shape) < 2:
        raise SpecError(f"{what} takes matrices or stacks of them, got shape {TensorShape(x.shape)}.")
    return x.shape


def _square(x: Spec, what: str) -> Sizes | None:
    shape = _matrix(x, what)
    if shape is None:
        return None
    rows, columns = shape[-2:]
    if rows is not None and columns is not None and rows != columns:
        raise SpecError(f"{what} takes square matrices, got shape {TensorShape(shape)}.")
    size = columns if rows is None else rows
    return (*shape[:-2], size, size)


def _infer_square(name: str) -> Callable[..., Spec]:
    def rule(input: Spec, *others: Spec, **attrs: Any) -> Spec:
        return Spec(_square(input, name), input.dtype)

    return rule


def _infer_determinant(input: Spec) -> Spec:
    shape = _square(input, "A determinant")
    return Spec(None if shape is None else shape[:-2], input.dtype)


def _infer_log_determinant(input: Spec) -> tuple[Spec, Spec]:
    found = _infer_determinant(input)
    return found, found


def _infer_solve(matrix: Spec, rhs: Spec, *others: Spec, **attrs: Any) -> Spec:
    """``[..., n, n] \\ [..., n, k] → [..., n, k]``; the leading dimensions broadcast."""
    a, b = _square(matrix, "Solving"), _matrix(rhs, "Solving")
    return _solution(matrix, a, b)


def _solution(matrix: Spec, a: Sizes | None, b: Sizes | None) -> Spec:
    if a is None or b is None:
        return Spec(None, matrix.dtype)
    if None not in (a[-2], b[-2]) and a[-2] != b[-2]:
        raise SpecError(f"Input matrix and rhs are incompatible: shapes {TensorShape(a)} and {TensorShape(b)}.")
    try:
        leading = shapes.broadcast(a[:-2], b[:-2])
    except ValueError:
        raise SpecError(
            f"Leading dimensions of matrix and rhs do not fit: shapes {TensorShape(a)} and {TensorShape(b)}."
        ) from None
    return Spec((*(leading or ()), a[-1], b[-1]), matrix.dtype)


def _infer_least_squares(matrix: Spec, rhs: Spec, l2_regularizer: Spec, *, fast: bool) -> Spec:
    return _solution(matrix, _matrix(matrix, "Least squares"), _matrix(rhs, "Least squares"))


def _smaller(rows: int | None, columns: int | None) -> int | None:
    return 0 if 0 in (rows, columns) else None if rows is None or columns is None else min(rows, columns)


def _infer_svd(input: Spec, *, compute_uv: bool, full_matrices: bool) -> tuple[Spec, Spec, Spec]:
    shape = _matrix(input, "SVD")
    none = Spec((0,), input.dtype)
    if shape is None:
        unknown = Spec(None, input.dtype)
        return (unknown, unknown, unknown) if compute_uv else (unknown, none, none)
    *leading, rows, columns = shape
    count = _smaller(rows, columns)
    s = Spec((*leading, count), input.dtype)
    if not compute_uv:
        return s, none, none
    u = Spec((*leading, rows, rows if full_matrices else count), input.dtype)
    return s, u, Spec((*leading, columns, columns if full_matrices else count), input.dtype)


def _infer_eigen(input: Spec, *, compute_v: bool, Tout: DType | None = None) -> tuple[Spec, Spec]:
    shape = _square(input, "An eigenvalue decomposition")
    dtype = Tout or input.dtype
    values = Spec(None if shape is None else shape[:-1], dtype)
    return values, Spec(shape if compute_v else (0,), dtype)


def _infer_lu(input: Spec, *, output_idx_type: DType) -> tuple[Spec, Spec]:
    shape = _square(input, "LU")
    return Spec(shape, input.dtype), Spec(None if shape is None else shape[:-1], output_idx_type)


# -- the ops -------------------------------------------------------------------------------------------------------

_IN, _OUT = ("input: T",), ("output: T",)
_SYSTEM = ("matrix: T", "rhs: T")
_ADJOINT = "adjoint: bool = false"
_DET_TYPES = "T: {half, float, double, complex64, complex128}"

CHOLESKY = Op("Cholesky", _IN, _OUT, (DENSE_DECOMPOSABLE,), infer=_infer_square("Cholesky"))
CHOLESKY_GRAD = Op(
    "CholeskyGrad", ("l: T", "grad: T"), _OUT, ("T: {half, float, double}",), infer=_infer_square("CholeskyGrad")
)
MATRIX_INVERSE = Op("MatrixInverse", _IN, _OUT, (_ADJOINT, DENSE_DECOMPOSABLE), infer=_infer_square("A matrix inverse"))
MATRIX_DETERMINANT = Op("MatrixDeterminant", _IN, _OUT, (_DET_TYPES,), infer=_infer_determinant)
LOG_MATRIX_DETERMINANT = Op(
    "LogMatrixDeterminant", _IN, ("sign: T", "log_abs_determinant: T"), (_DET_TYPES,), infer=_infer_log_determinant
)
MATRIX_SOLVE = Op("MatrixSolve", _SYSTEM, _OUT, (_ADJOINT, DENSE_DECOMPOSABLE), infer=_infer_solve)
MATRIX_TRIANGULAR_SOLVE = Op(
    "MatrixTriangularSolve",
    _SYSTEM,
    _OUT,
    ("lower: bool = true", _ADJOINT, "T: {bfloat16, double, float, half, complex64, complex128}"),
    infer=_infer_solve,
)
MATRIX_SOLVE_LS = Op(
    "MatrixSolveLs",
    (*_SYSTEM, "l2_regularizer: double"),
    _OUT,
    (DENSE_DECOMPOSABLE, "fast: bool = true"),
    infer=_infer_least_squares,
)
SVD = Op(
    "Svd",
    _IN,
    ("s: T", "u: T", "v: T"),
    ("compute_uv: bool = true", "full_matrices: bool = false", DENSE_DECOMPOSABLE),
    infer=_infer_svd,
)
SELF_ADJOINT_EIG = Op(
    "SelfAdjointEigV2", _IN, ("e: T", "v: T"), ("compute_v: bool = true", DENSE_DECOMPOSABLE), infer=_infer_eigen
)
EIG = Op(
    "Eig",
    _IN,
    ("e: Tout", "v: Tout"),
    ("compute_v: bool = true", "T: {float, double, complex64, complex128}", "Tout: {complex64, complex128}"),
    infer=_infer_eigen,
)
LU = Op(
    "Lu",
    _IN,
    ("lu: T", "p: output_idx_type"),
    (DENSE_DECOMPOSABLE, "output_idx_type: {int32, int64} = DT_INT32"),
    infer=_infer_lu,
)
MATRIX_SQUARE_ROOT = Op(
    "MatrixSquareRoot", _IN, _OUT, (DENSE_DECOMPOSABLE,), infer=_infer_square("A matrix square root")
)
MATRIX_LOGARITHM = Op(
    "MatrixLogarithm", _IN, _OUT, ("T: {complex64, complex128}",), infer=_infer_square("A matrix logarithm")
)
MATRIX_EXPONENTIAL = Op(
    "MatrixExponential", _IN, _OUT, (DENSE_DECOMPOSABLE,), infer=_infer_square("A matrix exponential")
)


# -- Cholesky, inverse, determinants -------------------------------------------------------------------------------


def cholesky(input: TensorLike, name: str | None = None) -> Tensor:
    """The lower triangular ``L`` with ``L Lᴴ = A``, of Hermitian positive definite matrices.

    Only the lower triangle of the input is read. Of a matrix that is not positive definite, the result is nan.

    >>> tf.linalg.cholesky([[4., 2.], [2., 2.]]).numpy()
    array([[2., 0.],
           [1., 1.]], dtype=float32)
    """
    return CHOLESKY(input, name=name)


def inv(input: TensorLike, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The inverses of square matrices, or of their adjoints.

    Raises:
        tf.errors.InvalidArgumentError: If a matrix is not invertible.
    """
    return MATRIX_INVERSE(input, adjoint=adjoint, name=name)


def det(input: TensorLike, name: str | None = None) -> Tensor:
    """The determinants of square matrices.

    >>> tf.linalg.det([[1., 2.], [3., 4.]]).numpy()
    np.float32(-2.0)
    """
    return MATRIX_DETERMINANT(input, name=name)


class LogMatrixDeterminant(NamedTuple):
    """What ``tf.linalg.slogdet`` returns: ``sign · exp(log_abs_determinant)`` is the determinant."""

    sign: Tensor
    log_abs_determinant: Tensor


def slogdet(input: TensorLike, name: str | None = None) -> LogMatrixDeterminant:
    """The signs of determinants and the logarithms of their magnitudes, without overflow."""
    return LogMatrixDeterminant(*LOG_MATRIX_DETERMINANT(input, name=name))


# -- equations -----------------------------------------------------------------------------------------------------


def solve(matrix: TensorLike, rhs: TensorLike, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The ``X`` with ``matrix X = rhs`` (or ``matrixᴴ X = rhs``).

    >>> tf.linalg.solve([[2., 0.], [0., 4.]], [[2.], [2.]]).numpy()
    array([[1. ],
           [0.5]], dtype=float32)

    Args:
        matrix: ``[..., n, n]``.
        rhs: ``[..., n, k]``.
        adjoint: Whether the adjoint of the matrix is meant.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: If a matrix is not invertible.
    """
    return MATRIX_SOLVE(matrix, rhs, adjoint=adjoint, name=name)


def triangular_solve(
    matrix: TensorLike, rhs: TensorLike, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Tensor:
    """The ``X`` with ``matrix X = rhs`` for triangular matrices; the other triangle is not read.

    A zero on the diagonal is divided by: the result holds infinities and nan.

    Args:
        matrix: ``[..., n, n]``.
        rhs: ``[..., n, k]``; the leading dimensions broadcast.
        lower: Whether the matrix is lower triangular.
        adjoint: Whether the adjoint of the matrix is meant.
        name: A name for the op in a graph.
    """
    return MATRIX_TRIANGULAR_SOLVE(matrix, rhs, lower=lower, adjoint=adjoint, name=name)


# -- orthogonal decompositions -------------------------------------------------------------------------------------


def svd(tensor: TensorLike, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None) -> Any:
    """``A = U diag(s) Vᴴ`` with the singular values ``s``, the largest first.

    >>> tf.linalg.svd([[3., 0.], [0., 4.]], compute_uv=False).numpy()
    array([4., 3.], dtype=float32)

    Args:
        tensor: ``[..., m, n]``.
        full_matrices: Whether ``U`` and ``V`` are square; otherwise they have ``min(m, n)`` columns.
        compute_uv: Whether ``U`` and ``V`` are wanted.
        name: A name for the op in a graph.

    Returns:
        ``(s, u, v)``, or ``s`` alone.
    """
    x = convert_to_tensor(tensor)
    s, u, v = SVD(x, compute_uv=compute_uv, full_matrices=full_matrices, name=name)
    if x.dtype.is_complex:
        s = real(s)
    return (s, u, v) if compute_uv else s


def eigh(tensor: TensorLike, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues (the smallest first) and eigenvectors (as columns) of Hermitian matrices.

    Only the lower triangle is read.
    """
    e, v = SELF_ADJOINT_EIG(tensor, compute_v=True, name=name)
    return e, v


def eigvalsh(tensor: TensorLike, name: str | None = None) -> Tensor:
    """The eigenvalues of Hermitian matrices, the smallest first."""
    e, _ = SELF_ADJOINT_EIG(tensor, compute_v=False, name=name)
    return e


def _complex_type(x: Tensor) -> DType:
    return complex128 if x.dtype in (float64, complex128) else complex64


def eig(tensor: TensorLike, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues and eigenvectors (as columns) of square matrices, as complex numbers, in no order."""
    x = convert_to_tensor(tensor)
    e, v = EIG(x, Tout=_complex_type(x), compute_v=True, name=name)
    return e, v


def eigvals(tensor: TensorLike, name: str | None = None) -> Tensor:
    """The eigenvalues of square matrices, as complex numbers, in no order."""
    x = convert_to_tensor(tensor)
    e, _ = EIG(x, Tout=_complex_type(x), compute_v=False, name=name)
    return e


class Lu(NamedTuple):
    """What ``tf.linalg.lu`` returns."""

    lu: Tensor
    p: Tensor


def lu(input: TensorLike, output_idx_type: Any = int32, name: str | None = None) -> Lu:
    """``P A = L U``: the triangular factors in one matrix, and the permutation of rows.

    ``L`` has ones on its diagonal, which are not stored; ``tf.gather(A, p) = L U``.

    Args:
        input: ``[..., n, n]``.
        output_idx_type: The type of the permutation: int32 or int64.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: If a matrix is not invertible.
    """
    return Lu(*LU(input, output_idx_type=as_dtype(output_idx_type), name=name))


# -- functions of matrices -----------------------------------------------------------------------------------------


def sqrtm(input: TensorLike, name: str | None = None) -> Tensor:
    """The principal square roots of matrices: ``X X = A``.

    Raises:
        tf.errors.InvalidArgumentError: If a matrix has no (real, for real matrices) square root.
    """
    return MATRIX_SQUARE_ROOT(input, name=name)


def logm(input: TensorLike, name: str | None = None) -> Tensor:
    """The principal logarithms of complex matrices: ``exp(X) = A``."""
    return MATRIX_LOGARITHM(input, name=name)


def expm(input: TensorLike, name: str | None = None) -> Tensor:
    """The exponentials of square matrices: ``I + A + A²/2 + A³/6 + ...``

    >>> tf.linalg.expm([[0., 1.], [0., 0.]]).numpy()
    array([[1., 1.],
           [0., 1.]], dtype=float32)

    Raises:
        ValueError: If the matrices are not of floating point or complex type.
    """
    x = convert_to_tensor(input)
    if not x.dtype.is_floating and not x.dtype.is_complex:
        raise ValueError(f"tf.linalg.expm does not support matrices of type {x.dtype}")
    return MATRIX_EXPONENTIAL(x, name=name)
