"""Products of matrices and stacks of matrices."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer, shapes
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype, bfloat16, float32
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops import array, filling
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal
from flowstone_core.ops.complex import conj
from flowstone_core.shapes import Dims, TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import REALS

_GRAD_X_Y = ("grad_x: bool = false", "grad_y: bool = false")


# -- the ops -------------------------------------------------------------------------------------------------------


def _contracted(a: tuple[int | None, ...], b: tuple[int | None, ...], op: str) -> tuple[int | None, int | None]:
    """Rows and columns of the product of two matrices."""
    if a[1] is not None and b[0] is not None and a[1] != b[0]:
        raise SpecError(
            f"{op}: matrix size-incompatible: a matrix of shape {TensorShape(a)} takes one with {a[1]} rows at its "
            f"right, got shape {TensorShape(b)} (after transpositions)."
        )
    return a[0], b[1]


def _infer_matmul(a: Spec, b: Spec, *, transpose_a: bool, transpose_b: bool, **attrs: Any) -> Spec:
    """``[m, k] × [k, n] → [m, n]``, each operand transposed first if asked."""
    rows = infer.with_rank(a, 2, "MatMul takes two matrices: its first operand")
    columns = infer.with_rank(b, 2, "MatMul takes two matrices: its second operand")
    dims = _contracted(rows[::-1] if transpose_a else rows, columns[::-1] if transpose_b else columns, "MatMul")
    return Spec(dims, a.dtype)


def _infer_sparse_matmul(a: Spec, b: Spec, **attrs: Any) -> Spec:
    return Spec(_infer_matmul(a, b, **attrs).shape, float32)


def _batch_matmul_shape(x: Spec, y: Spec, adj_x: bool, adj_y: bool) -> Dims:
    """``[..., m, k] × [..., k, n] → [..., m, n]``; the leading dimensions broadcast."""
    for spec, which in ((x, "first"), (y, "second")):
        if spec.shape is not None and len(spec.shape) < 2:
            raise SpecError(
                f"MatMul takes matrices or stacks of them: its {which} operand must have at least 2 dimensions, "
                f"got shape {TensorShape(spec.shape)}."
            )
    if x.shape is None or y.shape is None:
        return None
    a, b = x.shape[-2:], y.shape[-2:]
    dims = _contracted(a[::-1] if adj_x else a, b[::-1] if adj_y else b, "BatchMatMul")
    try:
        batch = shapes.broadcast(x.shape[:-2], y.shape[:-2])
    except ValueError:
        raise SpecError(
            f"BatchMatMul: the leading dimensions of {TensorShape(x.shape)} and {TensorShape(y.shape)} "
            "do not broadcast."
        ) from None
    return (*(batch or ()), *dims)


def _infer_batch_matmul(x: Spec, y: Spec, *, adj_x: bool, adj_y: bool, **attrs: Any) -> Spec:
    return Spec(_batch_matmul_shape(x, y, adj_x, adj_y), x.dtype)


def _infer_batch_matmul_v3(x: Spec, y: Spec, *, Tout: DType, adj_x: bool, adj_y: bool, **attrs: Any) -> Spec:
    return Spec(_batch_matmul_shape(x, y, adj_x, adj_y), Tout)


MATMUL = Op(
    "MatMul",
    ("a: T", "b: T"),
    ("product: T",),
    (
        "transpose_a: bool = false",
        "transpose_b: bool = false",
        "T: {bfloat16, half, float, double, int32, int64, uint8, uint16, uint32, uint64, complex64, complex128}",
        "grad_a: bool = false",
        "grad_b: bool = false",
    ),
    infer=_infer_matmul,
)
SPARSE_MATMUL = Op(
    "SparseMatMul",
    ("a: Ta", "b: Tb"),
    ("product: float",),
    (
        "transpose_a: bool = false",
        "transpose_b: bool = false",
        "a_is_sparse: bool = false",
        "b_is_sparse: bool = false",
        "Ta: {float, bfloat16} = DT_FLOAT",
        "Tb: {float, bfloat16} = DT_FLOAT",
    ),
    infer=_infer_sparse_matmul,
)
BATCH_MATMUL = Op(
    "BatchMatMul",
    ("x: T", "y: T"),
    ("output: T",),
    (
        "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
        "adj_x: bool = false",
        "adj_y: bool = false",
        *_GRAD_X_Y,
    ),
    infer=_infer_batch_matmul,
)
BATCH_MATMUL_V2 = Op(
    "BatchMatMulV2",
    ("x: T", "y: T"),
    ("output: T",),
    (
        "T: {bfloat16, half, float, double, int16, int32, int64, uint8, uint16, uint32, uint64, complex64, complex128}",
        "adj_x: bool = false",
        "adj_y: bool = false",
        *_GRAD_X_Y,
    ),
    infer=_infer_batch_matmul,
)
_MIXED = "bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, complex128"
BATCH_MATMUL_V3 = Op(
    "BatchMatMulV3",
    ("x: Ta", "y: Tb"),
    ("output: Tout",),
    (
        f"Ta: {{{_MIXED}}}",
        f"Tb: {{{_MIXED}}}",
        "Tout: {bfloat16, half, float, double, int16, int32, int64, complex64, complex128}",
        "adj_x: bool = false",
        "adj_y: bool = false",
        *_GRAD_X_Y,
    ),
    infer=_infer_batch_matmul_v3,
)


# -- matmul, matvec ------------------------------------------------------------------------------------------------


def matmul(
    a: TensorLike,
    b: TensorLike,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    output_type: Any = None,
    grad_a: bool = False,
    grad_b: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of matrices, or of stacks of matrices along the leading dimensions, which broadcast.

    >>> tf.matmul([[1., 2.]], [[3.], [4.]]).numpy()
    array([[11.]], dtype=float32)

    Args:
        a: A tensor of rank 2 or more.
        b: A tensor of the same type and of rank 2 or more.
        transpose_a: Whether ``a`` is transposed (its last two dimensions) first.
        transpose_b: Whether ``b`` is transposed first.
        adjoint_a: Whether ``a`` is conjugated and transposed first.
        adjoint_b: Whether ``b`` is conjugated and transposed first.
        a_is_sparse: A hint that ``a`` holds many zeros (float32 and bfloat16 matrices only).
        b_is_sparse: A hint that ``b`` holds many zeros.
        output_type: The type to accumulate and return, such as int32 for int8 operands.
        grad_a: Whether ``a`` is a gradient (kept for saved graphs).
        grad_b: Whether ``b`` is a gradient.
        name: A name for the op in a graph.

    Raises:
        ValueError: If both transposition and adjoint of one operand are asked for.
        tf.errors.InvalidArgumentError: If the inner sizes differ, or an operand is no matrix.
    """
    if transpose_a and adjoint_a:
        raise ValueError("Only one of `transpose_a` and `adjoint_a` can be True.")
    if transpose_b and adjoint_b:
        raise ValueError("Only one of `transpose_b` and `adjoint_b` can be True.")
    if not is_composite(a):
        a = convert_to_tensor(a)
    if not is_composite(b):
        b = convert_to_tensor(b, dtype_hint=a.dtype)
    target = None if output_type is None else as_dtype(output_type)
    if target is a.dtype and target is b.dtype:
        target = None
    sparse = a_is_sparse or b_is_sparse
    ranks = (2, None) if sparse else (2,)
    matrices = getattr(a, "ndim", None) in ranks and getattr(b, "ndim", None) in ranks  # ragged ones have none
    if matrices and target is None and sparse and {a.dtype, b.dtype} <= {float32, bfloat16}:
        return _sparse_matmul(a, b, transpose_a, transpose_b, adjoint_a, adjoint_b, a_is_sparse, b_is_sparse, name)
    if matrices and target is None and a.dtype is b.dtype:
        a = conj(a) if adjoint_a else a
        b = conj(b) if adjoint_b else b
        return MATMUL(
            a,
            b,
            transpose_a=transpose_a or adjoint_a,
            transpose_b=transpose_b or adjoint_b,
            grad_a=grad_a,
            grad_b=grad_b,
            name=name,
        )
    attrs: dict[str, Any] = {
        "adj_x": transpose_a or adjoint_a,
        "adj_y": transpose_b or adjoint_b,
        "grad_x": grad_a,
        "grad_y": grad_b,
        "name": name,
    }
    a = conj(a) if transpose_a else a
    b = conj(b) if transpose_b else b
    if target is not None:
        return BATCH_MATMUL_V3(a, b, Tout=target, **attrs)
    return BATCH_MATMUL_V2(a, b, **attrs)


def _sparse_matmul(
    a: Tensor,
    b: Tensor,
    transpose_a: bool,
    transpose_b: bool,
    adjoint_a: bool,
    adjoint_b: bool,
    a_is_sparse: bool,
    b_is_sparse: bool,
    name: str | None,
) -> Tensor:
    product = SPARSE_MATMUL(
        a,
        b,
        transpose_a=transpose_a or adjoint_a,
        transpose_b=transpose_b or adjoint_b,
        a_is_sparse=a_is_sparse,
        b_is_sparse=b_is_sparse,
        name=name,
    )
    both_narrow = a.dtype is bfloat16 and b.dtype is bfloat16
    return cast(product, bfloat16) if both_narrow else product


def matvec(
    a: TensorLike,
    b: TensorLike,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of a matrix (or a stack of matrices) and a vector (or a stack of vectors).

    >>> tf.linalg.matvec([[1., 2.], [3., 4.]], [1., 1.]).numpy()
    array([3., 7.], dtype=float32)

    Args:
        a: A tensor of shape ``[..., m, n]``.
        b: A tensor of shape ``[..., n]``.
        transpose_a: Whether ``a`` is transposed first.
        adjoint_a: Whether ``a`` is conjugated and transposed first.
        a_is_sparse: A hint that ``a`` holds many zeros.
        b_is_sparse: A hint that ``b`` holds many zeros.
        name: A name for the op in a graph.
    """
    column = array.expand_dims(b, axis=-1)
    product = matmul(
        a,
        column,
        transpose_a=transpose_a,
        adjoint_a=adjoint_a,
        a_is_sparse=a_is_sparse,
        b_is_sparse=b_is_sparse,
        name=name,
    )
    return array.squeeze(product, axis=-1)


# -- transposition -------------------------------------------------------------------------------------------------


def matrix_transpose(a: TensorLike, name: str = "matrix_transpose", conjugate: bool = False) -> Tensor:
    """``a`` with its last two dimensions exchanged.

    >>> tf.linalg.matrix_transpose([[1, 2, 3]]).shape
    TensorShape([3, 1])

    Args:
        a: A tensor of rank 2 or more.
        name: A name for the op in a graph.
        conjugate: Whether elements are conjugated too.

    Raises:
        ValueError: If the rank is less than 2.
    """
    a = convert_to_tensor(a)
    rank = a.shape.rank
    if rank is None:
        return array.transpose(a, _swapped_last_two(array.rank(a)), conjugate=conjugate, name=name)
    if rank < 2:
        raise ValueError(f"Argument `a` should be a (batch) matrix with rank >= 2. Received `a` with shape {a.shape}.")
    return array.transpose(a, [*range(rank - 2), rank - 1, rank - 2], conjugate=conjugate, name=name)


def _swapped_last_two(rank: Tensor) -> Tensor:
    """``[0, ..., rank - 3, rank - 1, rank - 2]``."""
    order = filling.range(rank)
    return order + _indicator(order, rank - 2) - _indicator(order, rank - 1)


def _indicator(order: Tensor, value: Tensor) -> Tensor:
    """1 where ``order`` is ``value``, else 0."""
    return cast(equal(order, value), order.dtype)


def adjoint(matrix: TensorLike, name: str | None = None) -> Tensor:
    """``matrix`` (or each matrix of a stack) transposed and conjugated."""
    return matrix_transpose(convert_to_tensor(matrix), name=name or "adjoint", conjugate=True)


# -- cross product -------------------------------------------------------------------------------------------------


def _infer_cross(a: Spec, b: Spec) -> Spec:
    shape = infer.same_shape(a, b)
    if shape is not None and (not shape or shape[-1] not in (None, 3)):
        raise SpecError(f"The cross product is defined for vectors of 3 elements, got shape {TensorShape(shape)}.")
    return Spec(shape, a.dtype)


CROSS = Op("Cross", ("a: T", "b: T"), ("product: T",), (REALS,), infer=_infer_cross)


def cross(a: TensorLike, b: TensorLike, name: str | None = None) -> Tensor:
    """The cross product of vectors of three elements along the last dimension.

    >>> tf.linalg.cross([1., 0., 0.], [0., 1., 0.]).numpy()
    array([0., 0., 1.], dtype=float32)
    """
    return CROSS(a, b, name=name)
