"""Edges, and how similar images are."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.api import tf
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import user_error
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_image.depth import convert_image_dtype
from flowstone_image.shapes import size


def total_variation(images: TensorLike, name: str | None = None) -> Tensor:
    """The sum of the absolute differences of neighbouring pixels: little for smooth images.

    Args:
        images: ``[batch, height, width, channels]``, which gives ``[batch]``, or ``[height, width, channels]``.
        name: A name for the op in a graph.

    Raises:
        ValueError: The shape is another.
    """
    x = tf.convert_to_tensor(images)
    if x.shape.rank not in (3, 4):
        raise ValueError(f"'images' must be either 3 or 4-dimensional, got shape {x.shape}.")
    down, right = x[..., 1:, :, :] - x[..., :-1, :, :], x[..., :, 1:, :] - x[..., :, :-1, :]
    axes = None if x.shape.rank == 3 else [1, 2, 3]
    return tf.add(tf.reduce_sum(tf.abs(down), axes), tf.reduce_sum(tf.abs(right), axes), name=name)


def image_gradients(image: TensorLike) -> tuple[Tensor, Tensor]:
    """The differences of each pixel to the next below and to the right; 0 at the ends.

    Args:
        image: ``[batch, height, width, channels]``.

    Returns:
        ``(dy, dx)``, each of the shape of ``image``.

    Raises:
        ValueError: The shape is another.
    """
    x = tf.convert_to_tensor(image)
    if x.shape.rank != 4:
        raise ValueError(f"image_gradients expects a 4D tensor [batch_size, h, w, d], not {x.shape}.")
    down = x[:, 1:] - x[:, :-1]
    right = x[:, :, 1:] - x[:, :, :-1]
    return tf.pad(down, [[0, 0], [0, 1], [0, 0], [0, 0]]), tf.pad(right, [[0, 0], [0, 0], [0, 1], [0, 0]])


def sobel_edges(image: TensorLike) -> Tensor:
    """Sobel's filters: how much brightness changes downwards and to the right.

    Args:
        image: ``[batch, height, width, channels]``, float32 or float64.

    Returns:
        ``[batch, height, width, channels, 2]``.
    """
    x = tf.convert_to_tensor(image)
    down = np.array([[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]])
    both = np.stack([down, down.T], -1)[:, :, None, :]
    filters = tf.tile(tf.constant(both, x.dtype), [1, 1, size(x, -1), 1])
    padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    found = tf.nn.depthwise_conv2d(padded, filters, [1, 1, 1, 1], "VALID")
    return tf.reshape(found, tf.concat([tf.shape(x), [2]], 0))


# -- similarity --------------------------------------------------------------------------------------------------------


def _compared(a: TensorLike, b: TensorLike) -> tuple[Tensor, Tensor]:
    """Both images, of at least three dimensions that are alike."""
    first, second = tf.convert_to_tensor(a), tf.convert_to_tensor(b)
    first.shape.with_rank_at_least(3)
    second.shape.with_rank_at_least(3)
    if first.shape.rank is not None and second.shape.rank is not None:
        first.shape[-3:].assert_is_compatible_with(second.shape[-3:])
    return first, second


def _floats(image: Tensor, max_val: Any, dtype: Any) -> tuple[Tensor, Tensor]:
    """The image, and its largest possible value, in the scale of floats."""
    largest = convert_image_dtype(tf.cast(max_val, image.dtype), dtype)
    return convert_image_dtype(image, dtype), largest


def psnr(a: TensorLike, b: TensorLike, max_val: Any, name: str | None = None) -> Tensor:
    """The peak signal to noise ratio in decibels, ``10 log₁₀(max² / mean squared difference)``, for each image.

    Args:
        a: ``[..., height, width, channels]``.
        b: Of the same shape.
        max_val: The range of pixels: 255 for uint8, 1 for floats.
        name: A name for the op in a graph.

    Raises:
        ValueError: The shapes differ.
    """
    x = tf.convert_to_tensor(a)
    largest = convert_image_dtype(tf.cast(max_val, x.dtype), tf.float32)
    first, second = convert_image_dtype(x, tf.float32), convert_image_dtype(tf.convert_to_tensor(b), tf.float32)
    first, second = _compared(first, second)
    error = tf.reduce_mean(tf.math.squared_difference(first, second), [-3, -2, -1])
    decibels = 20 * tf.math.log(largest) / np.float32(np.log(10.0))
    return tf.subtract(decibels, np.float32(10 / np.log(10)) * tf.math.log(error), name=name)


def _gauss(size: int, sigma: float) -> Any:
    """A Gaussian filter ``[size, size]``, its weights adding up to 1."""
    at = np.arange(size) - (size - 1) / 2
    line = np.exp(-(at**2) / (2 * sigma**2))
    weights = np.outer(line, line)
    return weights / weights.sum()


def _similarity(
    x: Tensor, y: Tensor, largest: Any, window: Any, sigma: Any, k1: float, k2: float
) -> tuple[Tensor, Tensor]:
    """The similarity of windows, and without the comparison of their brightness; ``[..., rows, columns, channels]``."""
    for side in [] if x.shape.rank is None else x.shape.as_list()[-3:-1]:
        if side is not None and side < window:
            text = f"ssim: images of shape {x.shape} are smaller than the filter of size {window}."
            raise user_error(SpecError(text))
    gauss = tf.constant(_gauss(int(window), float(sigma))[:, :, None, None], x.dtype)
    filters = tf.tile(gauss, [1, 1, size(x, -1), 1])

    def mean(image: Tensor) -> Tensor:
        shape = tf.shape(image)
        flat = tf.reshape(image, [-1, *(size(image, axis) for axis in (-3, -2, -1))])
        found = tf.nn.depthwise_conv2d(flat, filters, [1, 1, 1, 1], "VALID")
        return tf.reshape(found, tf.concat([shape[:-3], tf.shape(found)[1:]], 0))

    c1, c2 = (k1 * largest) ** 2, (k2 * largest) ** 2
    mean_x, mean_y = mean(x), mean(y)
    product, squares = mean_x * mean_y * 2.0, tf.square(mean_x) + tf.square(mean_y)
    luminance = (product + c1) / (squares + c1)
    together, apart = mean(x * y) * 2.0, mean(tf.square(x) + tf.square(y))
    structure = (together - product + c2) / (apart - squares + c2)
    return luminance * structure, structure


def ssim(
    img1: TensorLike,
    img2: TensorLike,
    max_val: Any,
    filter_size: Any = 11,
    filter_sigma: Any = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    return_index_map: bool = False,
) -> Tensor:
    """The structural similarity of images: 1 for equal ones.

    Of windows with means ``μ``, variances ``σ²`` and covariance ``σxy``, weighted by a Gaussian:
    ``(2 μx μy + c₁)(2 σxy + c₂) / ((μx² + μy² + c₁)(σx² + σy² + c₂))`` with ``c = (k max)²``. Source: Wang, Bovik, Sheikh
    and Simoncelli, Image quality assessment, 2004.

    Args:
        img1: ``[..., height, width, channels]``.
        img2: Of the same shape.
        max_val: The range of pixels: 255 for uint8, 1 for floats.
        filter_size: The size of the windows.
        filter_sigma: The deviation of the Gaussian.
        k1: See above.
        k2: See above.
        return_index_map: Whether to return the similarity of each window instead of the mean of all.

    Raises:
        ValueError: The shapes differ.
    """
    first, second = _compared(img1, img2)
    x, largest = _floats(first, max_val, tf.float32)
    y = convert_image_dtype(second, tf.float32)
    values, _ = _similarity(x, y, largest, filter_size, filter_sigma, k1, k2)
    values = tf.reduce_mean(values, -1)
    return values if return_index_map else tf.reduce_mean(values, [-2, -1])


def ssim_multiscale(
    img1: TensorLike,
    img2: TensorLike,
    max_val: Any,
    power_factors: Any = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333),
    filter_size: Any = 11,
    filter_sigma: Any = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Tensor:
    """``tf.image.ssim`` at several scales, each half of the one before: the product of powers.

    The last scale counts whole, the others without the comparison of brightness. Source: Wang, Simoncelli and Bovik,
    Multiscale structural similarity, 2003.

    Args:
        img1: ``[..., height, width, channels]``.
        img2: Of the same shape.
        max_val: The range of pixels: 255 for uint8, 1 for floats.
        power_factors: The power of each scale.
        filter_size: As for ``tf.image.ssim``.
        filter_sigma: As for ``tf.image.ssim``.
        k1: As for ``tf.image.ssim``.
        k2: As for ``tf.image.ssim``.

    Raises:
        ValueError: The shapes differ.
    """
    first, second = _compared(img1, img2)
    x, largest = _floats(first, max_val, tf.float32)
    y = convert_image_dtype(second, tf.float32)
    factors = list(power_factors)
    values = []
    for scale in range(len(factors)):
        if scale:
            x, y = _halved(x), _halved(y)
        whole, structure = _similarity(x, y, largest, filter_size, filter_sigma, k1, k2)
        chosen = whole if scale == len(factors) - 1 else structure
        values.append(tf.nn.relu(tf.reduce_mean(chosen, [-3, -2])))
    powers = tf.reduce_prod(tf.pow(tf.stack(values, -1), factors), -1)
    return tf.reduce_mean(powers, -1)


def _halved(x: Tensor) -> Tensor:
    """Means of two by two pixels; odd sides are repeated at the end."""
    shape = tf.shape(x)
    flat = tf.reshape(x, [-1, *(size(x, axis) for axis in (-3, -2, -1))])
    odd = shape[-3:-1] % 2
    flat = tf.pad(flat, tf.stack([[0, 0], [0, odd[0]], [0, odd[1]], [0, 0]]), mode="SYMMETRIC")
    half = tf.nn.avg_pool2d(flat, 2, 2, "VALID")
    return tf.reshape(half, tf.concat([shape[:-3], tf.shape(half)[1:]], 0))
