"""``tf.io.serialize_sparse`` and its like: sparse tensors as strings, or as variants."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import as_dtype, string
from flowstone_core.ops.sparse import sparse_tensor
from flowstone_core.ops.sparse_serialization import DESERIALIZE_MANY_SPARSE, SERIALIZE_MANY_SPARSE, SERIALIZE_SPARSE
from flowstone_core.sparse_tensor import SparseTensor
from flowstone_core.tensor import Tensor, TensorLike


def serialize_sparse(sp_input: Any, out_type: Any = string, name: str | None = None) -> Tensor:
    """A sparse tensor as three strings: its coordinates, values and shape as ``TensorProto`` messages.

    >>> tf.io.serialize_sparse(tf.sparse.eye(2)).shape
    TensorShape([3])

    Args:
        sp_input: A ``SparseTensor``.
        out_type: ``tf.string`` or ``tf.variant``.
        name: A name for the operation.

    Raises:
        TypeError: If ``sp_input`` is not sparse.
    """
    x = sparse_tensor(sp_input)
    result: Tensor = SERIALIZE_SPARSE(x.indices, x.values, x.dense_shape, out_type=as_dtype(out_type), name=name)
    return result


def serialize_many_sparse(sp_input: Any, out_type: Any = string, name: str | None = None) -> Tensor:
    """The slices of a sparse tensor along its first dimension as rows of three strings.

    >>> rows = tf.io.serialize_many_sparse(tf.sparse.eye(2))
    >>> tf.sparse.to_dense(tf.io.deserialize_many_sparse(rows, tf.float32)).numpy()
    array([[1., 0.],
           [0., 1.]], dtype=float32)

    Args:
        sp_input: A ``SparseTensor`` of at least one dimension.
        out_type: ``tf.string`` or ``tf.variant``.
        name: A name for the operation.

    Raises:
        TypeError: If ``sp_input`` is not sparse.
    """
    x = sparse_tensor(sp_input)
    result: Tensor = SERIALIZE_MANY_SPARSE(x.indices, x.values, x.dense_shape, out_type=as_dtype(out_type), name=name)
    return result


def deserialize_many_sparse(
    serialized_sparse: TensorLike, dtype: Any, rank: int | None = None, name: str | None = None
) -> SparseTensor:
    """The sparse tensor whose slices rows of three strings hold; it is as large as the largest of them.

    Args:
        serialized_sparse: ``[rows, 3]``, as ``serialize_many_sparse`` gives them.
        dtype: The type of the values.
        rank: The rank of a slice, if it is known.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If a string is no such message, or slices differ in rank or type.
    """
    rows = convert_to_tensor(serialized_sparse, string)
    indices, values, shape = DESERIALIZE_MANY_SPARSE(rows, dtype=as_dtype(dtype), name=name)
    if rank is not None:
        indices.set_shape([None, rank + 1])
        shape.set_shape([rank + 1])
    return SparseTensor(indices, values, shape)
