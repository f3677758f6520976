"""Between types of pixels: integers fill their range, floats lie in [0, 1]."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.dtypes import as_dtype
from flowstone_core.tensor import Tensor, TensorLike


def convert_image_dtype(image: TensorLike, dtype: Any, saturate: bool = False, name: str | None = None) -> Tensor:
    """Images in another type, scaled to its range: floats lie in [0, 1], integers between 0 and their largest number.

    >>> tf.image.convert_image_dtype(tf.constant([0, 51, 255], tf.uint8), tf.float32).numpy()
    array([0. , 0.2, 1. ], dtype=float32)

    Args:
        image: Of a floating point or integer type.
        dtype: The new type.
        saturate: Whether values outside its range are cut to it; otherwise they wrap around.
        name: A name for the op in a graph.

    Raises:
        AttributeError: A type is neither floating point nor integer.
    """
    x, wanted = tf.convert_to_tensor(image), as_dtype(dtype)
    if not (wanted.is_floating or wanted.is_integer):
        raise AttributeError(f"dtype must be either floating point or integer, got {wanted.name}.")
    if not (x.dtype.is_floating or x.dtype.is_integer):
        raise AttributeError(f"image dtype must be either floating point or integer, got {x.dtype.name}.")
    if x.dtype == wanted:
        return tf.identity(x, name=name)
    if x.dtype.is_integer and wanted.is_integer:
        return _between_integers(x, wanted, saturate, name)
    if x.dtype.is_floating and wanted.is_floating:
        return tf.cast(x, wanted, name=name)
    if x.dtype.is_integer:
        return tf.multiply(tf.cast(x, wanted), 1.0 / x.dtype.max, name=name)
    scaled = tf.multiply(x, wanted.max + 0.5)
    return (tf.saturate_cast if saturate else tf.cast)(scaled, wanted, name=name)


def _between_integers(x: Tensor, wanted: Any, saturate: bool, name: str | None) -> Tensor:
    cast = tf.saturate_cast if saturate else tf.cast
    old, new = int(x.dtype.max), int(wanted.max)
    if old > new:
        return cast(x // tf.constant((old + 1) // (new + 1), x.dtype), wanted, name=name)
    return tf.multiply(cast(x, wanted), tf.constant((new + 1) // (old + 1), wanted), name=name)
