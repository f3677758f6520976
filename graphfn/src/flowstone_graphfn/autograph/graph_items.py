"""``x[key] = value`` of a tensor: a new tensor."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.ops.indexing import TENSOR_STRIDED_SLICE_UPDATE
from flowstone_core.ops.subscript import SliceKey
from flowstone_core.tensor import Tensor


def set_item(tensor: Tensor, key: Any, value: Any) -> Tensor:
    """``tensor`` with ``value``, broadcast, at ``key``: what numpy's basic indexing takes, or a boolean mask.

    >>> @tf.function
    ... def f(x):
    ...     x[0] = 5
    ...     x[-2:] = [7, 8]
    ...     return x
    >>> f(tf.constant([1, 2, 3])).numpy().tolist()
    [5, 7, 8]
    """
    new = convert_to_tensor(value, tensor.dtype)
    if isinstance(key, Tensor) and key.dtype is dtypes.bool:
        rank = tensor.spec.rank
        if rank is not None and key.spec.rank is not None:
            key = tf.reshape(key, tf.concat([tf.shape(key), [1] * (rank - key.spec.rank)], 0))
        result: Tensor = tf.where(key, new, tensor)
        return result
    place = SliceKey(key)
    updated: Tensor = TENSOR_STRIDED_SLICE_UPDATE(
        tensor, place.begin, place.end, place.strides, new, **place.masks._asdict()
    )
    return updated
