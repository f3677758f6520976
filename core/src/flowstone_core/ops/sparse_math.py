"""Sums, products, extrema, reductions and softmax of sparse tensors."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import int64
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops import array, filling
from flowstone_core.ops.array import ANY
from flowstone_core.ops.sparse import checked, sparse_tensor
from flowstone_core.shapes import TensorShape, merge
from flowstone_core.sparse_tensor import SparseTensor, SparseTensorValue
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import NUMBERS_AND_QUANTIZED, REALS

_A = ("a_indices: int64", "a_values: T", "a_shape: int64")
_B = ("b_indices: int64", "b_values: T", "b_shape: int64")
_INPUT = ("input_indices: int64", "input_values: T", "input_shape: int64")


def is_sparse(value: Any) -> bool:
    """Whether ``value`` is a sparse tensor."""
    return isinstance(value, (SparseTensor, SparseTensorValue))


def parts(x: SparseTensor) -> tuple[Tensor, Tensor, Tensor]:
    """The three tensors of a sparse one, as ops take them."""
    return x.indices, x.values, x.dense_shape


# -- sums ----------------------------------------------------------------------------------------------------------


def _infer_add(
    a_indices: Spec, a_values: Spec, a_shape: Spec, b_indices: Spec, b_values: Spec, b_shape: Spec, thresh: Spec
) -> tuple[Spec, Spec, Spec]:
    (rank,) = infer.with_rank(a_shape, 1, "SparseAdd: a_shape")
    return Spec((None, rank), int64), Spec((None,), a_values.dtype), Spec((rank,), int64)


SPARSE_ADD = Op(
    "SparseAdd",
    (*_A, *_B, "thresh: Treal"),
    ("sum_indices: int64", "sum_values: T", "sum_shape: int64"),
    (NUMBERS_AND_QUANTIZED, f"Treal{REALS[1:]}"),
    infer=_infer_add,
)

SPARSE_ADD_GRAD = Op(
    "SparseAddGrad",
    ("backprop_val_grad: T", "a_indices: int64", "b_indices: int64", "sum_indices: int64"),
    ("a_val_grad: T", "b_val_grad: T"),
    (NUMBERS_AND_QUANTIZED,),
    infer=lambda grad, a, b, total: (
        Spec(infer.with_rank(a, 2, "a_indices")[:1], grad.dtype),
        Spec(infer.with_rank(b, 2, "b_indices")[:1], grad.dtype),
    ),
)

SPARSE_TENSOR_DENSE_ADD = Op(
    "SparseTensorDenseAdd",
    ("a_indices: Tindices", "a_values: T", "a_shape: Tindices", "b: T"),
    ("output: T",),
    (NUMBERS_AND_QUANTIZED, "Tindices: {int32, int64}"),
    infer=lambda indices, values, shape, b: Spec(b.shape, b.dtype),
)


def sparse_add(a: Any, b: Any, threshold: TensorLike = 0) -> Any:
    """The sum of two tensors of one shape of which at least one is sparse.

    >>> x = tf.SparseTensor([[0, 0]], [1], [2, 2])
    >>> tf.sparse.add(x, tf.SparseTensor([[0, 0], [1, 1]], [2, 3], [2, 2])).values.numpy()
    array([3, 3], dtype=int32)
    >>> tf.sparse.add(x, [[1, 1], [1, 1]]).numpy()
    array([[2, 1],
           [1, 1]], dtype=int32)

    Args:
        a: A ``SparseTensor`` or a tensor.
        b: A tensor or a ``SparseTensor``.
        threshold: Sums of two elements that are smaller are left out of a sparse result.

    Returns:
        A ``SparseTensor`` if both are sparse, else a dense tensor.

    Raises:
        TypeError: If none is sparse.
        tf.errors.InvalidArgumentError: If shapes differ; a dense tensor is not broadcast.
        ValueError: If static shapes of two sparse tensors differ.
    """
    if not is_sparse(a) and not is_sparse(b):
        raise TypeError("At least one input should be SparseTensor; do you mean to use tf.add()?")
    if is_sparse(a) and is_sparse(b):
        x, y = sparse_tensor(a), sparse_tensor(b)
        least = convert_to_tensor(threshold, x.dtype.real_dtype)
        result = SparseTensor(*SPARSE_ADD(*parts(x), *parts(y), least))
        result.set_shape(x.shape.merge_with(y.shape))
        return result
    sparse, dense = (a, b) if is_sparse(a) else (b, a)
    return SPARSE_TENSOR_DENSE_ADD(*parts(sparse_tensor(sparse)), dense)


# -- extrema -------------------------------------------------------------------------------------------------------


def _infer_extremum(
    a_indices: Spec, a_values: Spec, a_shape: Spec, b_indices: Spec, b_values: Spec, b_shape: Spec
) -> tuple[Spec, Spec]:
    return Spec((None, None), int64), Spec((None,), a_values.dtype)


SPARSE_SPARSE_MAXIMUM = Op(
    "SparseSparseMaximum",
    (*_A, *_B),
    ("output_indices: int64", "output_values: T"),
    (REALS,),
    infer=_infer_extremum,
)
SPARSE_SPARSE_MINIMUM = Op(
    "SparseSparseMinimum",
    (*_A, *_B),
    ("output_indices: int64", "output_values: T"),
    (NUMBERS_AND_QUANTIZED,),
    infer=_infer_extremum,
)


def sparse_maximum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """The greater of two sparse tensors' elements, wherever one has an element; the other then counts as 0.

    >>> x = tf.sparse.maximum(tf.SparseTensor([[0]], [-1], [7]), tf.SparseTensor([[6]], [1], [7]))
    >>> x.values.numpy()
    array([0, 1], dtype=int32)

    Raises:
        tf.errors.InvalidArgumentError: If the shapes differ.
    """
    indices, values = SPARSE_SPARSE_MAXIMUM(*parts(sp_a), *parts(sp_b), name=name)
    return SparseTensor(indices, values, sp_a.dense_shape)


def sparse_minimum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """The smaller of two sparse tensors' elements, wherever one has an element; the other then counts as 0.

    >>> x = tf.sparse.minimum(tf.SparseTensor([[0]], [-1], [7]), tf.SparseTensor([[6]], [1], [7]))
    >>> x.values.numpy()
    array([-1,  0], dtype=int32)

    Raises:
        tf.errors.InvalidArgumentError: If the shapes differ.
    """
    indices, values = SPARSE_SPARSE_MINIMUM(*parts(sp_a), *parts(sp_b), name=name)
    return SparseTensor(indices, values, sp_a.dense_shape)


# -- products ------------------------------------------------------------------------------------------------------


def _infer_product(
    a_indices: Spec, a_values: Spec, a_shape: Spec, b: Spec, *, adjoint_a: bool, adjoint_b: bool
) -> Spec:
    infer.with_rank(a_indices, 2, "SparseTensorDenseMatMul: a_indices")
    infer.with_rank(a_values, 1, "SparseTensorDenseMatMul: a_values")
    known = a_shape.vector() or (None, None)
    if len(known) != 2:
        raise SpecError(f"SparseTensorDenseMatMul: a must be a matrix, got shape {TensorShape(known)}.")
    rows, inner = reversed(known) if adjoint_a else known
    columns = infer.with_rank(b, 2, "SparseTensorDenseMatMul: b")
    other, width = reversed(columns) if adjoint_b else columns
    try:
        merge((inner,), (other,))
    except ValueError:
        raise SpecError(f"SparseTensorDenseMatMul: a has {inner} columns where b has {other} rows.") from None
    return Spec((rows, width), a_values.dtype)


SPARSE_TENSOR_DENSE_MATMUL = Op(
    "SparseTensorDenseMatMul",
    ("a_indices: Tindices", "a_values: T", "a_shape: int64", "b: T"),
    ("product: T",),
    (ANY, "Tindices: {int32, int64} = DT_INT64", "adjoint_a: bool = false", "adjoint_b: bool = false"),
    infer=_infer_product,
)


def sparse_dense_matmul(
    sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: str | None = None
) -> Tensor:
    """The product of a sparse matrix and a dense one, or of a dense one and a sparse one.

    >>> x = tf.SparseTensor([[0, 1], [1, 0]], [2., 3.], [2, 2])
    >>> tf.sparse.sparse_dense_matmul(x, [[1., 2.], [3., 4.]]).numpy()
    array([[6., 8.],
           [3., 6.]], dtype=float32)

    Args:
        sp_a: A matrix.
        b: A matrix of the same type; one of the two is a ``SparseTensor``.
        adjoint_a: Whether ``sp_a`` is transposed (and conjugated) first.
        adjoint_b: Whether ``b`` is.
        name: A name for the operation.

    Raises:
        TypeError: If none is sparse.
        tf.errors.InvalidArgumentError: If sizes do not fit, or a coordinate is outside of the matrix.
    """
    if is_sparse(b):
        # a b = (bᵀ aᵀ)ᵀ; adjoints stand for both transpositions, as in TensorFlow, also where they conjugate
        flags = (adjoint_a, adjoint_b) if adjoint_a != adjoint_b else (not adjoint_a, not adjoint_b)
        return array.transpose(sparse_dense_matmul(b, sp_a, *flags))
    a, dense = sparse_tensor(sp_a), convert_to_tensor(b)
    result: Tensor = SPARSE_TENSOR_DENSE_MATMUL(*parts(a), dense, adjoint_a=adjoint_a, adjoint_b=adjoint_b, name=name)
    return result


# -- reductions ----------------------------------------------------------------------------------------------------


def _infer_reduction(
    input_indices: Spec, input_values: Spec, input_shape: Spec, reduction_axes: Spec, *, keep_dims: bool
) -> Spec:
    sizes, axes = input_shape.vector(), reduction_axes.vector()
    if sizes is None or axes is None or None in (*sizes, *axes):
        return Spec(None, input_values.dtype)
    gone = {infer.axis_in(axis, len(sizes), "Invalid reduction dimension: axis") for axis in axes if axis is not None}
    if keep_dims:
        return Spec(tuple(1 if at in gone else size for at, size in enumerate(sizes)), input_values.dtype)
    return Spec(tuple(size for at, size in enumerate(sizes) if at not in gone), input_values.dtype)


def _infer_sparse_reduction(
    input_indices: Spec, input_values: Spec, input_shape: Spec, reduction_axes: Spec, *, keep_dims: bool
) -> tuple[Spec, Spec, Spec]:
    return Spec(None, int64), Spec(None, input_values.dtype), Spec(None, int64)


def _reductions(name: str, types: str) -> tuple[Op, Op]:
    """A reduction to a dense tensor, and to a sparse one."""
    inputs, attrs = (*_INPUT, "reduction_axes: int32"), ("keep_dims: bool = false", types)
    outputs = ("output_indices: int64", "output_values: T", "output_shape: int64")
    return (
        Op(name, inputs, ("output: T",), attrs, infer=_infer_reduction),
        Op(f"{name}Sparse", inputs, outputs, attrs, infer=_infer_sparse_reduction),
    )


SPARSE_REDUCE_SUM, SPARSE_REDUCE_SUM_SPARSE = _reductions("SparseReduceSum", NUMBERS_AND_QUANTIZED)
SPARSE_REDUCE_MAX, SPARSE_REDUCE_MAX_SPARSE = _reductions("SparseReduceMax", REALS)


def _reduced(ops: tuple[Op, Op], x: Any, axis: Any, keepdims: Any, to_sparse: bool, name: str | None) -> Any:
    if axis is None:
        rank = x.shape.rank
        axis = filling.range(array.size(x.dense_shape) if rank is None else rank)
    result = ops[to_sparse](*parts(x), axis, keep_dims=bool(keepdims), name=name)
    return SparseTensor(*result) if to_sparse else result


def sparse_reduce_sum(
    sp_input: Any, axis: Any = None, keepdims: Any = None, output_is_sparse: bool = False, name: str | None = None
) -> Any:
    """The sum of the elements of a sparse tensor over dimensions.

    >>> x = tf.SparseTensor([[0, 0], [0, 2], [1, 1]], [1, 2, 3], [2, 3])
    >>> tf.sparse.reduce_sum(x, axis=1).numpy()
    array([3, 3], dtype=int32)

    Args:
        sp_input: A ``SparseTensor``.
        axis: The dimension or dimensions to reduce; all by default.
        keepdims: Whether the reduced dimensions stay, with size 1.
        output_is_sparse: Whether the result is a ``SparseTensor``.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If a dimension does not exist.
    """
    ops = SPARSE_REDUCE_SUM, SPARSE_REDUCE_SUM_SPARSE
    return _reduced(ops, sp_input, axis, keepdims, output_is_sparse, name)


def sparse_reduce_max(
    sp_input: Any, axis: Any = None, keepdims: Any = None, output_is_sparse: bool = False, name: str | None = None
) -> Any:
    """The greatest of the elements that a sparse tensor stores, over dimensions; 0 where it stores none.

    >>> x = tf.SparseTensor([[0, 0], [0, 2], [1, 1]], [-1, -2, -3], [3, 3])
    >>> tf.sparse.reduce_max(x, axis=1).numpy()
    array([-1, -3,  0], dtype=int32)

    The arguments are those of ``tf.sparse.reduce_sum``.
    """
    ops = SPARSE_REDUCE_MAX, SPARSE_REDUCE_MAX_SPARSE
    return _reduced(ops, sp_input, axis, keepdims, output_is_sparse, name)


# -- softmax -------------------------------------------------------------------------------------------------------


def _infer_softmax(sp_indices: Spec, sp_values: Spec, sp_shape: Spec) -> Spec:
    count, _ = checked(sp_indices, sp_values, sp_shape)
    return Spec((count,), sp_values.dtype)


SPARSE_SOFTMAX = Op(
    "SparseSoftmax",
    ("sp_indices: int64", "sp_values: T", "sp_shape: int64"),
    ("output: T",),
    ("T: {half, float, double}",),
    infer=_infer_softmax,
)


def sparse_softmax(sp_input: Any, name: str | None = None) -> SparseTensor:
    """Softmax along the last dimension, of the elements that are stored.

    >>> tf.sparse.softmax(tf.SparseTensor([[0, 0], [0, 2], [1, 1]], [1., 1., 5.], [2, 3])).values.numpy()
    array([0.5, 0.5, 1. ], dtype=float32)

    Args:
        sp_input: A ``SparseTensor`` of at least 2 dimensions and a floating type.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If it has fewer dimensions.
    """
    return SparseTensor(sp_input.indices, SPARSE_SOFTMAX(*parts(sp_input), name=name), sp_input.dense_shape)
