"""Norms of vectors and matrices."""

from __future__ import annotations

import math
from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.infer import axis_in
from flowstone_core.ops import array
from flowstone_core.ops.cast import cast
from flowstone_core.ops.complex import conj
from flowstone_core.ops.decomposition import svd
from flowstone_core.ops.elementary import sqrt
from flowstone_core.ops.math import abs, multiply, pow, truediv
from flowstone_core.ops.reduce import reduce_max, reduce_sum
from flowstone_core.tensor import Tensor, TensorLike

_EUCLIDEAN = ("euclidean", "fro", 2)


def norm(
    tensor: TensorLike, ord: Any = "euclidean", axis: Any = None, keepdims: Any = None, name: str | None = None
) -> Tensor:
    """Norms of vectors (along a dimension, or of all elements) or of matrices (in two dimensions).

    >>> tf.norm([3., 4.]).numpy()
    np.float32(5.0)

    Args:
        tensor: A floating point or complex tensor.
        ord: ``"euclidean"``; for vectors any positive number p, for ``(Σ |x|^p)^(1/p)``, or infinity; for
            matrices ``"fro"``, 1 (the largest sum of a column), infinity (of a row) or 2 (the largest singular
            value).
        axis: None for all elements as one vector, a dimension of vectors, or two dimensions of matrices.
        keepdims: Whether the dimensions stay, with size 1.
        name: A name for the result in a graph.

    Raises:
        ValueError: If ``ord`` or ``axis`` is not one of these.
    """
    matrices = isinstance(axis, (list, tuple))
    _check(ord, axis, matrices)
    x = convert_to_tensor(tensor)
    if matrices and ord == 2:
        result = _spectral(x, axis)
    elif ord in _EUCLIDEAN:
        result = sqrt(reduce_sum(multiply(x, conj(x)), axis, keepdims=True))
    elif ord == 1:
        result = reduce_sum(abs(x), axis[0] if matrices else axis, keepdims=True)
        result = reduce_max(result, axis[1], keepdims=True) if matrices else result
    elif ord == math.inf:
        result = reduce_sum(abs(x), axis[1], keepdims=True) if matrices else abs(x)
        result = reduce_max(result, axis[0] if matrices else axis, keepdims=True)
    else:
        power = convert_to_tensor(ord, dtype=x.dtype.real_dtype)
        total = reduce_sum(pow(abs(x), power), axis, keepdims=True)
        result = pow(total, convert_to_tensor(1 / ord, dtype=x.dtype.real_dtype))
    if keepdims:
        return array.identity(result, name=name)
    return array.squeeze(result, None if axis is None else list(axis) if matrices else [axis], name=name)


def _check(ord: Any, axis: Any, matrices: bool) -> None:
    message = f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}"
    if matrices:
        if len(axis) != 2 or not all(isinstance(a, int) for a in axis) or axis[0] == axis[1]:
            raise ValueError(message)
        if ord not in (*_EUCLIDEAN, 1, math.inf):
            raise ValueError(f"'ord' must be a supported matrix norm in ['euclidean', 'fro', 1, 2, inf], got {ord}")
        return
    if axis is not None and not isinstance(axis, int):
        raise ValueError(message)
    if ord != "euclidean" and (isinstance(ord, (str, complex)) or not ord > 0):
        raise ValueError(f"'ord' must be a supported vector norm, got {ord}")


def _spectral(x: Tensor, axis: Any) -> Tensor:
    """The largest singular values of matrices, with their dimensions kept."""
    rank = x.shape.rank
    if rank is None:
        raise ValueError("tf.norm with ord=2 takes a tensor of known rank.")
    pair = [axis_in(a, rank) for a in axis]
    order = [i for i in range(rank) if i not in pair] + pair
    largest = reduce_max(abs(svd(array.transpose(x, order), compute_uv=False)), -1, keepdims=True)
    return array.transpose(array.expand_dims(largest, -1), [order.index(i) for i in range(rank)])


def normalize(
    tensor: TensorLike, ord: Any = "euclidean", axis: Any = None, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """A tensor divided by its norms, and the norms; arguments as ``tf.norm``.

    >>> tf.linalg.normalize([3., 4.])[0].numpy()
    array([0.6, 0.8], dtype=float32)
    """
    x = convert_to_tensor(tensor)
    norms = cast(norm(x, ord, axis, keepdims=True), x.dtype)
    return truediv(x, norms, name), norms
