"""Sizes that are Python numbers where they are known, and scalar tensors where they are not."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.tensor import Tensor


def sizes(x: Tensor) -> list[Any]:
    """The size of each dimension: a number where it is known, else a scalar tensor.

    Raises:
        ValueError: The number of dimensions is not known.
    """
    known = x.shape.as_list()
    if None not in known:
        return known
    computed = tf.shape(x)
    return [computed[axis] if size is None else size for axis, size in enumerate(known)]


def size(x: Tensor, axis: int) -> Any:
    """One size; the number of dimensions need not be known."""
    known = None if x.shape.rank is None else x.shape[axis]
    return tf.shape(x)[axis] if known is None else known


def number(value: Any) -> Any:
    """An integer argument as a Python number if it is one or a tensor of known value, else as it is."""
    known = tf.convert_to_tensor(value, dtype_hint=tf.int32).spec.scalar()
    return value if known is None else known


def largest(a: Any, b: Any) -> Any:
    """The larger of two sizes."""
    return max(a, b) if type(a) is int and type(b) is int else tf.maximum(a, b)


def widened(x: Tensor, axis_pads: dict[int, tuple[Any, Any]], value: Any = 0) -> Tensor:
    """``x`` with more elements before and after along some dimensions, counted from the last: ``{-1: (0, 3)}``.

    One counted from the first is alone, and for a number of dimensions that is not known.
    """
    if all(type(pad) is int and pad == 0 for pads in axis_pads.values() for pad in pads):
        return x
    first = min(axis_pads)
    rank = x.shape.rank
    if rank is None:
        others = tf.zeros([tf.rank(x) + first if first < 0 else first, 2], tf.int32)
        count = -first if first < 0 else 1
        pads: Any = [axis_pads.get(first + axis, (0, 0)) for axis in range(count)]
        pads = tf.concat([others, pads, tf.zeros([tf.rank(x) - tf.shape(others)[0] - count, 2], tf.int32)], 0)
    else:
        pads = [axis_pads.get(axis - rank, (0, 0)) for axis in range(rank)]
    return tf.pad(x, pads, constant_values=value)
