"""Products of dense matrices at some places only."""

from __future__ import annotations

from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import as_dtype, float32
from flowstone_core.ops.gathering import gather_nd
from flowstone_core.ops.linalg import matrix_transpose
from flowstone_core.ops.math import add, multiply
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.tensor import Tensor, TensorLike


def sampled_addmm(
    indices: TensorLike,
    values: TensorLike,
    dense_shape: TensorLike,
    mat1: TensorLike,
    mat2: TensorLike,
    beta: TensorLike = 1.0,
    alpha: TensorLike = 1.0,
    output_type: Any = float32,
) -> tuple[Tensor, Tensor, Tensor]:
    """``alpha * (mat1 @ mat2) + beta * values`` at the places ``indices``: only these are computed.

    >>> indices, values, shape = tf.sparse.sampled_addmm(
    ...     [[0, 0], [1, 1]], [0.5, 0.25], [2, 2], [[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]]
    ... )
    >>> values.numpy()
    array([1.5 , 4.25], dtype=float32)

    Args:
        indices: The places, ``[..., count, 2]``: batches have their own.
        values: What is there, ``[..., count]``.
        dense_shape: The shape of a whole matrix, ``[rows, columns]``.
        mat1: ``[..., rows, n]``.
        mat2: ``[..., n, columns]``.
        beta: What ``values`` are multiplied with.
        alpha: What the product is multiplied with.
        output_type: The type of the values and matrices.

    Returns:
        ``indices``, the new values, ``dense_shape``.

    Raises:
        ValueError: If a tensor is of another type than ``output_type``.
    """
    dtype = as_dtype(output_type)
    places, shape = convert_to_tensor(indices), convert_to_tensor(dense_shape)
    given, left, right = (convert_to_tensor(each, dtype) for each in (values, mat1, mat2))
    batch_dims = (left.shape.rank or 2) - 2
    rows = gather_nd(left, places[..., :1], batch_dims=batch_dims)
    columns = gather_nd(matrix_transpose(right), places[..., 1:], batch_dims=batch_dims)
    scaled = multiply(convert_to_tensor(alpha, dtype), reduce_sum(multiply(rows, columns), -1))
    return places, add(scaled, multiply(convert_to_tensor(beta, dtype), given)), shape
