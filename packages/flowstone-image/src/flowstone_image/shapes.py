"""What functions on images ask of shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core.api import tf
from flowstone_core.tensor import Tensor


def checked(image: Any, rank: int = 3, most: int | None = None) -> Tensor:
    """``image`` as a tensor of at least ``rank`` dimensions, none of the last three empty.

    Raises:
        ValueError: It has another shape.
    """
    x = tf.convert_to_tensor(image)
    shape = x.shape
    if shape.rank is None:
        return x
    if shape.rank < rank:
        words = {2: "two", 3: "three", 4: "four"}
        raise ValueError(f"'image' (shape {shape}) must be at least {words.get(rank, rank)}-dimensional.")
    if most is not None and shape.rank > most:
        raise ValueError(f"'image' (shape {shape}) must have either 3 or 4 dimensions.")
    if 0 in shape.as_list()[-3:]:
        raise ValueError(f"inner 3 dims of 'image.shape' must be > 0: {shape}")
    return x


def checked_single(image: Any) -> Tensor:
    """``image`` as ``checked`` gives it, of three or four dimensions; as one image where their number is not known."""
    x = checked(image, most=4)
    return tf.ensure_shape(x, [None, None, None]) if x.shape.rank is None else x


def size(x: Tensor, axis: int) -> Any:
    """One size: a number where it is known, else a scalar tensor."""
    known = None if x.shape.rank is None else x.shape[axis]
    return tf.shape(x)[axis] if known is None else known


def number(value: Any) -> Any:
    """An integer argument as a Python number if its value is known.

    Raises:
        TypeError: It is no number.
        ValueError: It is not a single one.
    """
    if isinstance(value, int):
        return value
    if not hasattr(value, "dtype") or value.dtype == tf.string:
        raise TypeError(f"Expected an integer, or a scalar tensor of one, got {value!r}.")
    tensor = tf.convert_to_tensor(value, dtype_hint=tf.int32)
    if tensor.shape.rank not in (None, 0):
        raise ValueError(f"Expected a single integer, got a tensor of shape {tensor.shape}: {value!r}.")
    known = tensor.spec.scalar()
    return value if known is None else known


def in_batch(x: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
    """Apply a function of a batch of images to one image too."""
    if x.shape.rank == 3:
        return tf.squeeze(function(tf.expand_dims(x, 0)), [0])
    return function(x)
