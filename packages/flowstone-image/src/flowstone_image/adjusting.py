"""Adjusting brightness, contrast, hue and saturation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core.api import tf
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import user_error
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_image.codecs import decode_jpeg
from flowstone_image.depth import convert_image_dtype
from flowstone_image.ops import color as ops
from flowstone_image.ops.files import ENCODE_JPEG_QUALITY
from flowstone_image.shapes import checked

_NARROW = (tf.float16, tf.float32)


def _as_floats(x: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
    """A function of floats in [0, 1], for images of every type."""
    if x.dtype in _NARROW:
        return function(x)
    return convert_image_dtype(function(convert_image_dtype(x, tf.float32)), x.dtype, saturate=True)


def adjust_brightness(image: TensorLike, delta: Any) -> Tensor:
    """Add ``delta`` to all pixels, counted as floats in [0, 1]; integers stay in their range.

    Args:
        image: Of any numeric type.
        delta: A scalar.
    """
    x = tf.convert_to_tensor(image)
    return _as_floats(x, lambda floats: floats + tf.cast(delta, floats.dtype))


def adjust_contrast(images: TensorLike, contrast_factor: Any) -> Tensor:
    """Multiply the distances of pixels from the mean of their channel.

    Args:
        images: ``[..., height, width, channels]``, of any numeric type.
        contrast_factor: A scalar.

    Raises:
        tf.errors.InvalidArgumentError: There are fewer than three dimensions.
    """
    x = tf.convert_to_tensor(images)
    factor = tf.convert_to_tensor(contrast_factor, dtype_hint=tf.float32)
    if factor.dtype == tf.float32 and factor.shape.rank not in (None, 0):
        raise user_error(SpecError(f"contrast_factor must be a single number, got shape {factor.shape}."))
    return _as_floats(x, lambda floats: ops.ADJUST_CONTRAST(floats, factor))


def adjust_gamma(image: TensorLike, gamma: Any = 1, gain: Any = 1) -> Tensor:
    """``gain · pixel ** gamma``, pixels counted as floats in [0, 1]; integers stay in their range.

    Args:
        image: Of any numeric type.
        gamma: Not negative.
        gain: A factor.

    Raises:
        ValueError: ``gamma`` is negative.
    """
    x = tf.convert_to_tensor(image)
    if isinstance(gamma, (int, float)) and gamma < 0:
        raise ValueError(f"Gamma should be a non-negative real number, got {gamma}.")
    return _as_floats(x, lambda floats: gain * floats**gamma)


def adjust_hue(image: TensorLike, delta: Any, name: str | None = None) -> Tensor:
    """Turn colours on the circle by ``delta``, a fraction of it.

    Args:
        image: ``[..., height, width, 3]``, of any numeric type.
        delta: In [-1, 1].
        name: A name for the op in a graph.

    Raises:
        ValueError: ``delta`` is another number.
    """
    if isinstance(delta, (int, float)) and not -1 <= delta <= 1:
        raise ValueError(f"delta must be in the interval [-1, 1], got {delta}.")
    x = tf.convert_to_tensor(image)
    return tf.identity(_as_floats(x, lambda floats: ops.ADJUST_HUE(floats, delta)), name=name)


def adjust_saturation(image: TensorLike, saturation_factor: Any, name: str | None = None) -> Tensor:
    """Multiply the saturation of colours.

    Args:
        image: ``[..., height, width, 3]``, of any numeric type.
        saturation_factor: A scalar: 0 gives greys, 1 changes nothing.
        name: A name for the op in a graph.
    """
    x = tf.convert_to_tensor(image)
    return tf.identity(_as_floats(x, lambda floats: ops.ADJUST_SATURATION(floats, saturation_factor)), name=name)


def adjust_jpeg_quality(image: TensorLike, jpeg_quality: Any, dct_method: str = "", name: str | None = None) -> Tensor:
    """What becomes of an image that is written as a JPEG of some quality.

    Args:
        image: ``[height, width, channels]`` of 1 or 3 channels, of any numeric type.
        jpeg_quality: 0 to 100.
        dct_method: As for ``tf.io.decode_jpeg``.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: The quality or the shape is another.
    """
    x = checked(image)
    channels = x.shape[-1] if x.shape.rank is not None else None
    encoded = ENCODE_JPEG_QUALITY(
        convert_image_dtype(x, tf.uint8, saturate=True), tf.convert_to_tensor(jpeg_quality, tf.int32)
    )
    decoded = decode_jpeg(encoded, channels=channels or 0, dct_method=dct_method)
    return convert_image_dtype(decoded, x.dtype, saturate=True, name=name)


def per_image_standardization(image: TensorLike) -> Tensor:
    """Each image with mean 0 and deviation 1: ``(x - mean) / max(deviation, 1/√N)`` of its ``N`` numbers.

    Args:
        image: ``[..., height, width, channels]``; integers become float32.

    Raises:
        ValueError: There are fewer than three dimensions.
    """
    x = checked(image)
    floats = x if x.dtype in _NARROW else tf.cast(x, tf.float32)
    count = tf.reduce_prod(tf.shape(x)[-3:])
    mean = tf.reduce_mean(floats, [-1, -2, -3], keepdims=True)
    deviation = tf.math.reduce_std(floats, [-1, -2, -3], keepdims=True)
    return (floats - mean) / tf.maximum(deviation, tf.math.rsqrt(tf.cast(count, floats.dtype)))
