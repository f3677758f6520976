"""Sparse tensors to dense ones, in another order or shape, joined, cut up, without empty rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import bool as boolean
from flowstone_core.dtypes import int64
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops import array
from flowstone_core.ops.array import ANY
from flowstone_core.ops.cast import cast
from flowstone_core.ops.filling import zeros
from flowstone_core.ops.joining import concat, stack
from flowstone_core.ops.reduce import reduce_max
from flowstone_core.shapes import Dims, TensorShape
from flowstone_core.sparse_tensor import SparseTensor, SparseTensorValue
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import NUMBERS_AND_QUANTIZED


def checked(indices: Spec, values: Spec, shape: Spec) -> tuple[int | None, int | None]:
    """The number of elements and the rank of a sparse tensor.

    Raises:
        SpecError: If one of its parts has a wrong rank, or they do not fit together.
    """
    rows, columns = infer.with_rank(indices, 2, "the indices of a sparse tensor")
    (count,) = infer.with_rank(values, 1, "the values of a sparse tensor")
    (rank,) = infer.with_rank(shape, 1, "the dense_shape of a sparse tensor")
    return agreed(rows, count, "indices", "values"), agreed(columns, rank, "columns of indices", "sizes in dense_shape")


def agreed(a: int | None, b: int | None, what: str, other: str) -> int | None:
    """The one number that ``a`` and ``b`` are, as far as it is known.

    Raises:
        SpecError: If they differ.
    """
    if a is not None and b is not None and a != b:
        raise SpecError(f"A sparse tensor has as many {what} as {other}, got {a} and {b}.")
    return b if a is None else a


def sparse_tensor(value: Any) -> SparseTensor:
    """``value`` as a sparse tensor.

    Raises:
        TypeError: If it is not one.
    """
    if isinstance(value, SparseTensorValue):
        return SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        raise TypeError(f"Input must be a SparseTensor, got {value!r}. Make one with tf.sparse.from_dense.")
    return value


# -- to dense ------------------------------------------------------------------------------------------------------


def _infer_to_dense(
    sparse_indices: Spec, output_shape: Spec, sparse_values: Spec, default_value: Spec, *, validate_indices: bool
) -> Spec:
    return Spec(output_shape.vector(), sparse_values.dtype)


SPARSE_TO_DENSE = Op(
    "SparseToDense",
    ("sparse_indices: Tindices", "output_shape: Tindices", "sparse_values: T", "default_value: T"),
    ("dense: T",),
    ("validate_indices: bool = true", ANY, "Tindices: {int32, int64}"),
    infer=_infer_to_dense,
)


def sparse_to_dense(
    sp_input: Any, default_value: TensorLike = None, validate_indices: bool = True, name: str | None = None
) -> Tensor:
    """The dense tensor that ``sp_input`` stands for.

    >>> x = tf.SparseTensor([[0, 1], [2, 0]], [7, 8], [3, 2])
    >>> tf.sparse.to_dense(x, default_value=-1).numpy()
    array([[-1,  7],
           [-1, -1],
           [ 8, -1]], dtype=int32)

    Args:
        sp_input: A ``SparseTensor``.
        default_value: What the elements are that are not stored: zero (or the empty string) by default.
        validate_indices: Whether to check that coordinates are in order, and each there only once.
        name: A name for the operation.

    Raises:
        TypeError: If ``sp_input`` is not sparse.
        tf.errors.InvalidArgumentError: If coordinates are outside of the shape, out of order or repeated.
    """
    x = sparse_tensor(sp_input)
    default = zeros([], x.dtype) if default_value is None else default_value
    result: Tensor = SPARSE_TO_DENSE(
        x.indices, x.dense_shape, x.values, default, validate_indices=validate_indices, name=name
    )
    return result


# -- order and shape -----------------------------------------------------------------------------------------------


def _infer_reorder(indices: Spec, values: Spec, shape: Spec) -> tuple[Spec, Spec]:
    count, rank = checked(indices, values, shape)
    return Spec((count, rank), int64), Spec((count,), values.dtype)


SPARSE_REORDER = Op(
    "SparseReorder",
    ("input_indices: int64", "input_values: T", "input_shape: int64"),
    ("output_indices: int64", "output_values: T"),
    (ANY,),
    infer=_infer_reorder,
)


def sparse_reorder(sp_input: Any, name: str | None = None) -> SparseTensor:
    """The same elements, in the order of rows: by the first coordinate, then the second, and so on.

    >>> x = tf.sparse.reorder(tf.SparseTensor([[1, 0], [0, 3]], [7, 8], [2, 4]))
    >>> x.values.numpy()
    array([8, 7], dtype=int32)

    Raises:
        TypeError: If ``sp_input`` is not sparse.
    """
    x = sparse_tensor(sp_input)
    indices, values = SPARSE_REORDER(x.indices, x.values, x.dense_shape, name=name)
    return SparseTensor(indices, values, x.shape if x.shape.is_fully_defined() else array.identity(x.dense_shape))


def _infer_reshape(indices: Spec, shape: Spec, new_shape: Spec) -> tuple[Spec, Spec]:
    count, rank = infer.with_rank(indices, 2, "SparseReshape: input_indices")
    (length,) = infer.with_rank(shape, 1, "SparseReshape: input_shape")
    (new_rank,) = infer.with_rank(new_shape, 1, "SparseReshape: new_shape")
    agreed(rank, length, "columns of indices", "sizes in dense_shape")
    wanted = new_shape.vector()
    sizes = None if wanted is None or wanted.count(-1) > 1 else new_sizes(shape.vector(), wanted)
    return Spec((count, new_rank), int64), Spec((new_rank,), int64, sizes)


def new_sizes(old: Dims, new: Dims) -> Dims:
    """``new`` with the size in the place of -1 that makes as many elements as ``old`` has.

    Raises:
        SpecError: If there is none, or ``new`` has another number of elements.
    """
    if new is None:
        return None
    implied = [at for at, size in enumerate(new) if size == -1]
    if len(implied) > 1:
        raise SpecError(f"SparseReshape: only one size of the new shape may be -1, got {list(new)}.")
    if any(size is not None and size < -1 for size in new):
        raise SpecError(f"SparseReshape: sizes must not be negative, got {list(new)}.")
    total, rest = None if old is None else infer.product(old), infer.product(tuple(size for size in new if size != -1))
    if total is None or rest is None:
        return tuple(None if size == -1 else size for size in new)
    if implied and rest == 0:
        raise SpecError(f"SparseReshape: the size of -1 in {list(new)} cannot be found beside a size of 0.")
    if (total % rest if implied else total != rest) != 0:
        raise SpecError(f"Cannot reshape a sparse tensor of {total} elements to shape {list(new)}.")
    return tuple(total // rest if size == -1 else size for size in new)


SPARSE_RESHAPE = Op(
    "SparseReshape",
    ("input_indices: int64", "input_shape: int64", "new_shape: int64"),
    ("output_indices: int64", "output_shape: int64"),
    infer=_infer_reshape,
)


def sparse_reshape(sp_input: Any, shape: TensorLike, name: str | None = None) -> SparseTensor:
    """The same elements under the coordinates they have in a tensor of another shape.

    >>> x = tf.sparse.reshape(tf.SparseTensor([[0, 1], [1, 0]], [7, 8], [2, 3]), [3, -1])
    >>> x.indices.numpy().tolist(), x.shape
    ([[0, 1], [1, 1]], TensorShape([3, 2]))

    Args:
        sp_input: A ``SparseTensor``.
        shape: The new shape, of as many elements; one size may be -1 and follows from the others.
        name: A name for the operation.

    Raises:
        TypeError: If ``sp_input`` is not sparse.
        ValueError: If the number of elements does not fit, as far as it is known while tracing.
        tf.errors.InvalidArgumentError: If it does not fit.
    """
    x = sparse_tensor(sp_input)
    indices, dense_shape = SPARSE_RESHAPE(x.indices, x.dense_shape, cast(shape, int64), name=name)
    return SparseTensor(indices, array.identity(x.values), dense_shape)


# -- joining and cutting -------------------------------------------------------------------------------------------


def _infer_concat(
    indices: list[Spec], values: list[Spec], dense_shapes: list[Spec], *, concat_dim: int
) -> tuple[Spec, Spec, Spec]:
    found = [checked(*parts) for parts in zip(indices, values, dense_shapes, strict=True)]
    rank: int | None = None
    for _, each in found:
        rank = agreed(rank, each, "dimensions in one input", "in another")
    counts = [count for count, _ in found]
    total = None if None in counts else sum(count or 0 for count in counts)
    return Spec((total, rank), int64), Spec((total,), values[0].dtype), Spec((rank,), int64)


SPARSE_CONCAT = Op(
    "SparseConcat",
    ("indices: N * int64", "values: N * T", "shapes: N * int64"),
    ("output_indices: int64", "output_values: T", "output_shape: int64"),
    ("concat_dim: int", "N: int >= 2", ANY),
    infer=_infer_concat,
)


def sparse_concat(
    axis: int, sp_inputs: Any, expand_nonconcat_dims: bool = False, name: str | None = None
) -> SparseTensor:
    """Sparse tensors one after the other along one axis.

    >>> x = tf.SparseTensor([[0, 0]], [1], [1, 2])
    >>> tf.sparse.to_dense(tf.sparse.concat(1, [x, x])).numpy()
    array([[1, 0, 1, 0]], dtype=int32)

    Args:
        axis: The axis.
        sp_inputs: A list of ``SparseTensor`` of one rank.
        expand_nonconcat_dims: Whether the other axes may differ: the result has the greatest size. Otherwise they
            must be equal.
        name: A name for the operation.

    Raises:
        TypeError: If one is not sparse.
        tf.errors.InvalidArgumentError: If shapes do not fit.
    """
    if not isinstance(sp_inputs, (list, tuple)):
        raise TypeError(f"Inputs must be a list of SparseTensors, got {sp_inputs!r}.")
    inputs = [sparse_tensor(each) for each in sp_inputs]
    if len(inputs) == 1:
        return inputs[0]
    dense_shapes = [x.dense_shape for x in inputs]
    if expand_nonconcat_dims:
        dense_shapes = _widened(dense_shapes, axis)
    indices, values, shape = SPARSE_CONCAT(
        [x.indices for x in inputs], [x.values for x in inputs], dense_shapes, concat_dim=axis, name=name
    )
    result = SparseTensor(indices, values, shape)
    result.set_shape(_joined_shape([x.shape for x in inputs], axis, expand_nonconcat_dims))
    return result


def _widened(dense_shapes: list[Tensor], axis: int) -> list[Tensor]:
    """The shapes with the greatest size of all in every place but ``axis``."""
    widest = reduce_max(stack(dense_shapes), 0)
    after = [widest[axis + 1 :]] if axis != -1 else []
    return [concat([widest[:axis], shape[axis:][:1], *after], 0) for shape in dense_shapes]


def _joined_shape(parts: Sequence[TensorShape], axis: int, widened: bool) -> TensorShape:
    """What is known of the shape of sparse tensors joined along ``axis``."""
    if any(part.rank is None for part in parts):
        return TensorShape(None)
    columns = list(zip(*(part.as_tuple() for part in parts), strict=True))
    sizes = [None if widened and None in column else max(column) if widened else column[0] for column in columns]
    sizes[axis] = None if None in columns[axis] else sum(columns[axis])
    return TensorShape(sizes)


def _part(values: Spec, shape: Spec) -> tuple[Spec, Spec, Spec]:
    """A sparse tensor of the rank and type of another."""
    (rank,) = infer.with_rank(shape, 1, "the dense_shape of a sparse tensor")
    return Spec((None, rank), int64), Spec((None,), values.dtype), Spec(shape.shape, int64)


def _infer_slice(indices: Spec, values: Spec, shape: Spec, start: Spec, size: Spec) -> tuple[Spec, Spec, Spec]:
    return _part(values, shape)


SPARSE_SLICE = Op(
    "SparseSlice",
    ("indices: int64", "values: T", "shape: int64", "start: int64", "size: int64"),
    ("output_indices: int64", "output_values: T", "output_shape: int64"),
    (ANY,),
    infer=_infer_slice,
)

SPARSE_SLICE_GRAD = Op(
    "SparseSliceGrad",
    ("backprop_val_grad: T", "input_indices: int64", "input_start: int64", "output_indices: int64"),
    ("val_grad: T",),
    (NUMBERS_AND_QUANTIZED,),
    infer=lambda grad, indices, start, output: Spec(infer.with_rank(indices, 2, "input_indices")[:1], grad.dtype),
)


def sparse_slice(sp_input: Any, start: TensorLike, size: TensorLike, name: str | None = None) -> SparseTensor:
    """The part of a sparse tensor from ``start``, of at most ``size`` along each axis.

    >>> x = tf.SparseTensor([[0, 1], [1, 2]], [7, 8], [2, 4])
    >>> tf.sparse.to_dense(tf.sparse.slice(x, [0, 1], [2, 2])).numpy()
    array([[7, 0],
           [0, 8]], dtype=int32)

    Raises:
        TypeError: If ``sp_input`` is not sparse.
        tf.errors.InvalidArgumentError: If ``start`` or ``size`` have another length than the shape.
    """
    x = sparse_tensor(sp_input)
    place, extent = convert_to_tensor(start, int64), convert_to_tensor(size, int64)
    return SparseTensor(*SPARSE_SLICE(x.indices, x.values, x.dense_shape, place, extent, name=name))


def _infer_split(
    split_dim: Spec, indices: Spec, values: Spec, shape: Spec, *, num_split: int
) -> tuple[list[Spec], list[Spec], list[Spec]]:
    places, items, extent = _part(values, shape)
    return [places] * num_split, [items] * num_split, [extent] * num_split


SPARSE_SPLIT = Op(
    "SparseSplit",
    ("split_dim: int64", "indices: int64", "values: T", "shape: int64"),
    ("output_indices: num_split * int64", "output_values: num_split * T", "output_shape: num_split * int64"),
    ("num_split: int >= 1", ANY),
    infer=_infer_split,
)


def sparse_split(
    sp_input: Any = None, num_split: int | None = None, axis: Any = None, name: str | None = None
) -> list[SparseTensor]:
    """Cut a sparse tensor into ``num_split`` parts along ``axis``; the first ones are longer if it does not divide.

    >>> x = tf.SparseTensor([[0], [3], [4]], [1, 2, 3], [5])
    >>> [tf.sparse.to_dense(part).numpy().tolist() for part in tf.sparse.split(x, 2, axis=0)]
    [[1, 0, 0], [2, 3]]

    Raises:
        ValueError: If an argument is missing.
        TypeError: If ``sp_input`` is not sparse.
        tf.errors.InvalidArgumentError: If there is no such axis, or it is shorter than ``num_split``.
    """
    if num_split is None or axis is None or sp_input is None:
        missing = [
            key for key, value in (("sp_input", sp_input), ("num_split", num_split), ("axis", axis)) if value is None
        ]
        raise ValueError(f"tf.sparse.split needs {', '.join(missing)}.")
    x = sparse_tensor(sp_input)
    parts = SPARSE_SPLIT(cast(axis, int64), x.indices, x.values, x.dense_shape, num_split=num_split, name=name)
    return [SparseTensor(*part) for part in zip(*parts, strict=True)]


# -- empty rows ----------------------------------------------------------------------------------------------------


def _infer_fill(indices: Spec, values: Spec, shape: Spec, default: Spec) -> tuple[Spec, Spec, Spec, Spec]:
    count, rank = checked(indices, values, shape)
    infer.with_rank(default, 0, "SparseFillEmptyRows: default_value")
    known = shape.vector()
    if known == ():
        raise SpecError("SparseFillEmptyRows: dense_shape must have at least one size.")
    rows = known[0] if known else None
    return Spec((None, rank), int64), Spec((None,), values.dtype), Spec((rows,), boolean), Spec((count,), int64)


SPARSE_FILL_EMPTY_ROWS = Op(
    "SparseFillEmptyRows",
    ("indices: int64", "values: T", "dense_shape: int64", "default_value: T"),
    ("output_indices: int64", "output_values: T", "empty_row_indicator: bool", "reverse_index_map: int64"),
    (ANY,),
    infer=_infer_fill,
)

SPARSE_FILL_EMPTY_ROWS_GRAD = Op(
    "SparseFillEmptyRowsGrad",
    ("reverse_index_map: int64", "grad_values: T"),
    ("d_values: T", "d_default_value: T"),
    (ANY,),
    infer=lambda places, grad: (
        Spec(infer.with_rank(places, 1, "reverse_index_map"), grad.dtype),
        Spec((), grad.dtype),
    ),
)


def sparse_fill_empty_rows(
    sp_input: Any, default_value: TensorLike, name: str | None = None
) -> tuple[SparseTensor, Tensor]:
    """``sp_input`` with an element of ``default_value`` at the beginning of each row that has none.

    >>> x = tf.SparseTensor([[0, 1], [2, 0]], [7, 8], [3, 2])
    >>> filled, empty = tf.sparse.fill_empty_rows(x, -1)
    >>> filled.values.numpy().tolist(), empty.numpy().tolist()
    ([7, -1, 8], [False, True, False])

    Returns:
        The sparse tensor, in the order of rows, and for each row whether it was empty.

    Raises:
        TypeError: If ``sp_input`` is not sparse.
        tf.errors.InvalidArgumentError: If a coordinate is outside of the shape.
    """
    x = sparse_tensor(sp_input)
    default = convert_to_tensor(default_value, x.dtype)
    indices, values, empty, _ = SPARSE_FILL_EMPTY_ROWS(x.indices, x.values, x.dense_shape, default, name=name)
    return SparseTensor(indices, values, x.dense_shape), empty
