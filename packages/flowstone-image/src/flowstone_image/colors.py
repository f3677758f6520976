"""Between colour spaces that are linear in each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.api import tf
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_image.depth import convert_image_dtype

_GRAY = [0.2989, 0.587, 0.114]

_YIQ = np.array(
    [[0.299, 0.587, 0.114], [0.59590059, -0.27455667, -0.32134392], [0.21153661, -0.52273617, 0.31119955]]
).T
_YUV = np.array(
    [[0.299, 0.587, 0.114], [-0.14714119, -0.28886916, 0.43601035], [0.61497538, -0.51496512, -0.10001026]]
).T
"""NTSC's luminance and chrominance of red, green and blue: https://en.wikipedia.org/wiki/YIQ and YUV."""


def rgb_to_grayscale(images: TensorLike, name: str | None = None) -> Tensor:
    """The brightness of colours, ``0.2989 R + 0.587 G + 0.114 B``, in a single channel.

    Args:
        images: ``[..., 3]``, of any numeric type.
        name: A name for the op in a graph.
    """
    x = tf.convert_to_tensor(images)
    floats = convert_image_dtype(x, tf.float32)
    weights = tf.constant(_GRAY, tf.float32)
    gray = tf.expand_dims(tf.tensordot(floats, weights, [-1, -1]), -1)
    return convert_image_dtype(gray, x.dtype, name=name)


def grayscale_to_rgb(images: TensorLike, name: str | None = None) -> Tensor:
    """A single channel, three times.

    Args:
        images: ``[..., 1]``.
        name: A name for the op in a graph.

    Raises:
        ValueError: The last dimension is not 1.
    """
    x = tf.convert_to_tensor(images)
    if x.shape.rank is not None and x.shape.rank < 2:
        raise ValueError(f"A grayscale image (shape {x.shape}) must be at least two-dimensional.")
    if x.shape.rank is not None and x.shape[-1] not in (None, 1):
        raise ValueError(f"Last dimension of a grayscale image should be size 1, got shape {x.shape}.")
    ones = tf.ones([tf.rank(x) - 1], tf.int32) if x.shape.rank is None else [1] * (x.shape.rank - 1)
    colors = tf.tile(x, tf.concat([ones, [3]], 0), name=name)
    if x.shape.rank is not None:
        colors.set_shape([*x.shape.as_list()[:-1], 3])
    return colors


def _converted(images: TensorLike, matrix: Any) -> Tensor:
    x = tf.convert_to_tensor(images)
    return tf.tensordot(
        x, tf.constant(matrix.tolist(), x.dtype), [[-1 if x.shape.rank is None else x.shape.rank - 1], [0]]
    )


def rgb_to_yiq(images: TensorLike) -> Tensor:
    """Colours as luminance ``Y`` and the chrominances ``I`` and ``Q``.

    Args:
        images: ``[..., 3]``, floats in [0, 1].
    """
    rounded = _YIQ.copy()
    rounded[0, 2] = 0.2115  # TensorFlow has fewer digits here than in the inverse
    return _converted(images, rounded)


def yiq_to_rgb(images: TensorLike) -> Tensor:
    """The inverse of ``tf.image.rgb_to_yiq``."""
    return _converted(images, np.linalg.inv(_YIQ))


def rgb_to_yuv(images: TensorLike) -> Tensor:
    """Colours as luminance ``Y`` and the chrominances ``U`` and ``V``.

    Args:
        images: ``[..., 3]``, floats in [0, 1].
    """
    return _converted(images, _YUV)


def yuv_to_rgb(images: TensorLike) -> Tensor:
    """The inverse of ``tf.image.rgb_to_yuv``."""
    return _converted(images, np.linalg.inv(_YUV))
