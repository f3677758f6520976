"""Matrices with few diagonals: products and solutions of equations."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops import array
from flowstone_core.ops.complex import conj
from flowstone_core.ops.diagonal import diag_part
from flowstone_core.ops.joining import concat, stack
from flowstone_core.ops.linalg import adjoint, matrix_transpose
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import DENSE_DECOMPOSABLE

_TYPES = "T: {double, float, complex64, complex128}"


def _infer_tridiagonal_solve(diagonals: Spec, rhs: Spec, **attrs: Any) -> Spec:
    if diagonals.shape is not None and (len(diagonals.shape) < 2 or diagonals.shape[-2] not in (None, 3)):
        raise SpecError(f"Expected diagonals to have shape [..., 3, M], got {TensorShape(diagonals.shape)}.")
    if None not in (diagonals.shape, rhs.shape) and len(diagonals.shape or ()) != len(rhs.shape or ()):
        raise SpecError("Expected diagonals and rhs to have the same rank.")
    return Spec(rhs.shape, rhs.dtype)


def _infer_product(superdiag: Spec, maindiag: Spec, subdiag: Spec, rhs: Spec) -> Spec:
    return Spec(rhs.shape, rhs.dtype)


def _infer_banded_solve(matrix: Spec, rhs: Spec, **attrs: Any) -> Spec:
    for spec in (matrix, rhs):
        if spec.shape is not None and len(spec.shape) < 2:
            raise SpecError(f"Bands and right-hand sides must be matrices, got {TensorShape(spec.shape)}.")
    if matrix.shape is None or rhs.shape is None:
        return Spec(None, matrix.dtype)
    rows = infer.same_shape(Spec(matrix.shape[-1:], matrix.dtype), Spec(rhs.shape[-2:-1], rhs.dtype))
    leading = infer.broadcast_shapes(Spec(matrix.shape[:-2], matrix.dtype), Spec(rhs.shape[:-2], rhs.dtype))
    return Spec((*(leading or ()), *(rows or (None,)), rhs.shape[-1]), matrix.dtype)


TRIDIAGONAL_SOLVE = Op(
    "TridiagonalSolve",
    ("diagonals: T", "rhs: T"),
    ("output: T",),
    ("partial_pivoting: bool = true", "perturb_singular: bool = false", _TYPES),
    infer=_infer_tridiagonal_solve,
)
TRIDIAGONAL_MATMUL = Op(
    "TridiagonalMatMul",
    ("superdiag: T", "maindiag: T", "subdiag: T", "rhs: T"),
    ("output: T",),
    (_TYPES,),
    infer=_infer_product,
)
BANDED_TRIANGULAR_SOLVE = Op(
    "BandedTriangularSolve",
    ("matrix: T", "rhs: T"),
    ("output: T",),
    ("lower: bool = true", "adjoint: bool = false", DENSE_DECOMPOSABLE),
    infer=_infer_banded_solve,
)


def _padded(diagonal: Tensor, length: int | None, before: bool) -> Tensor:
    """A diagonal beside the main one, with a zero where it is one shorter than that."""
    size = diagonal.shape[-1]
    if size is None or length is None or size == length:
        return diagonal
    if size != length - 1:
        raise ValueError(f"Expected diagonals of lengths {length - 1} or {length}, got {size}.")
    zero = diagonal[..., :1] * convert_to_tensor(0, dtype=diagonal.dtype)
    return concat([zero, diagonal] if before else [diagonal, zero], -1)


def _three(diagonals: Any, diagonals_format: str) -> list[Tensor]:
    """The diagonal above, the main one and the one below, all of one length.

    Raises:
        ValueError: If the format is unknown or does not fit.
    """
    if diagonals_format == "matrix":
        diagonals = diag_part(diagonals, k=(-1, 1), align="LEFT_RIGHT")
        diagonals_format = "compact"
    if diagonals_format == "compact":
        compact = convert_to_tensor(diagonals)
        if compact.shape.rank is not None and compact.shape.rank < 2:
            raise ValueError(f"Expected diagonals to have rank at least 2, got {compact.shape.rank}.")
        if compact.shape.rank is not None and compact.shape[-2] not in (None, 3):
            raise ValueError(f"Expected 3 diagonals got {compact.shape[-2]}.")
        return [compact[..., i, :] for i in range(3)]
    if diagonals_format != "sequence":
        raise ValueError(f"Unrecognized diagonals_format: {diagonals_format}")
    if not isinstance(diagonals, (list, tuple)) or len(diagonals) != 3:
        raise ValueError("Expected diagonals to be a sequence of length 3.")
    above, main, below = (convert_to_tensor(each) for each in diagonals)
    length = main.shape[-1]
    return [_padded(above, length, before=False), main, _padded(below, length, before=True)]


def tridiagonal_solve(
    diagonals: Any,
    rhs: TensorLike,
    diagonals_format: str = "compact",
    transpose_rhs: bool = False,
    conjugate_rhs: bool = False,
    name: str | None = None,
    partial_pivoting: bool = True,
    perturb_singular: bool = False,
) -> Tensor:
    """The ``X`` with ``A X = rhs`` for tridiagonal matrices.

    Args:
        diagonals: In the ``"compact"`` format ``[..., 3, n]``: the diagonal above (its last entry ignored), the
            main one, the one below (its first entry ignored). In the ``"sequence"`` format these three; in the
            ``"matrix"`` format whole matrices.
        rhs: ``[..., n]`` or ``[..., n, k]``.
        diagonals_format: ``"compact"``, ``"sequence"`` or ``"matrix"``.
        transpose_rhs: Whether ``rhs`` is transposed first.
        conjugate_rhs: Whether ``rhs`` is conjugated first.
        name: A name for the op in a graph.
        partial_pivoting: Whether rows are exchanged for stability.
        perturb_singular: Not offered.

    Raises:
        ValueError: If the format or shapes do not fit.
        NotImplementedError: If ``perturb_singular`` is asked for.
    """
    if perturb_singular:
        raise NotImplementedError("tf.linalg.tridiagonal_solve with perturb_singular=True is not offered.")
    compact = stack(_three(diagonals, diagonals_format), -2)
    rhs = convert_to_tensor(rhs, dtype_hint=compact.dtype)
    vectors = rhs.shape.rank is not None and rhs.shape.rank == (compact.shape.rank or 0) - 1
    if vectors:
        if transpose_rhs:
            raise ValueError("transpose_rhs is set but rhs is a vector (or a stack of vectors).")
        rhs = array.expand_dims(rhs, -1)
    elif transpose_rhs:
        rhs = adjoint(rhs) if conjugate_rhs else matrix_transpose(rhs)
        conjugate_rhs = False
    if conjugate_rhs:
        rhs = conj(rhs)
    solution = TRIDIAGONAL_SOLVE(compact, rhs, partial_pivoting=partial_pivoting, name=name)
    return array.squeeze(solution, [-1]) if vectors else solution


def tridiagonal_matmul(
    diagonals: Any, rhs: TensorLike, diagonals_format: str = "compact", name: str | None = None
) -> Tensor:
    """The products of tridiagonal matrices and matrices.

    Args:
        diagonals: As in ``tf.linalg.tridiagonal_solve``.
        rhs: ``[..., n, k]``.
        diagonals_format: ``"compact"``, ``"sequence"`` or ``"matrix"``.
        name: A name for the op in a graph.

    Raises:
        ValueError: If the format or shapes do not fit.
    """
    above, main, below = (array.expand_dims(each, -2) for each in _three(diagonals, diagonals_format))
    return TRIDIAGONAL_MATMUL(above, main, below, rhs, name=name)


def banded_triangular_solve(
    bands: TensorLike, rhs: TensorLike, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Tensor:
    """The ``X`` with ``A X = rhs`` for triangular matrices with few diagonals.

    Args:
        bands: The diagonals as rows, ``[..., count, n]``: for lower matrices the main one first, then those below
            (their first entries ignored); for upper ones those above, the highest first (their last entries
            ignored), then the main one.
        rhs: ``[..., n, k]``.
        lower: Whether the matrices are lower triangular.
        adjoint: Whether their adjoints are meant.
        name: A name for the op in a graph.
    """
    return BANDED_TRIANGULAR_SOLVE(bands, rhs, lower=lower, adjoint=adjoint, name=name)
