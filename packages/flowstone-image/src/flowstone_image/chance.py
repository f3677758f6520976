"""Changes by chance, for training; with ``stateless`` functions determined by a seed.

The random numbers are those that TensorFlow draws.
"""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import user_error
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_image.adjusting import (
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_jpeg_quality,
    adjust_saturation,
)

# -- what is drawn -----------------------------------------------------------------------------------------------------


def _around_zero(most: float, what: str, limit: float | None = None) -> tuple[float, float]:
    if limit is not None and most > limit:
        raise ValueError(f"{what} must be <= {limit}, got {most}.")
    if most < 0:
        raise ValueError(f"{what} must be non-negative, got {most}.")
    return -most, most


def _factors(lower: float, upper: float) -> tuple[float, float]:
    if upper <= lower:
        raise ValueError(f"upper must be > lower, got {lower} and {upper}.")
    if lower < 0:
        raise ValueError(f"lower must be non-negative, got {lower}.")
    return lower, upper


def _qualities(lowest: int, highest: int) -> tuple[int, int]:
    if lowest < 0 or highest < 0 or lowest > 100 or highest > 100:
        raise ValueError(f"jpeg encoding range must be between 0 and 100, got {lowest} and {highest}.")
    if lowest >= highest:
        raise ValueError(f"`min_jpeg_quality` must be less than `max_jpeg_quality`, got {lowest} and {highest}.")
    return lowest, highest


def _drawn(bounds: tuple[Any, Any], seed: Any, dtype: Any = None) -> Tensor:
    return tf.random.uniform([], *bounds, dtype=dtype or tf.float32, seed=seed)


def _determined(bounds: tuple[Any, Any], seed: Any, dtype: Any = None) -> Tensor:
    return tf.random.stateless_uniform([], seed, *bounds, dtype=dtype or tf.float32)


# -- colours ---------------------------------------------------------------------------------------------------------


def random_brightness(image: TensorLike, max_delta: Any, seed: Any = None) -> Tensor:
    """``tf.image.adjust_brightness`` by a number from ``[-max_delta, max_delta)``.

    Raises:
        ValueError: ``max_delta`` is negative.
    """
    return adjust_brightness(image, _drawn(_around_zero(max_delta, "max_delta"), seed))


def stateless_random_brightness(image: TensorLike, max_delta: Any, seed: Any) -> Tensor:
    """``tf.image.random_brightness``, determined by ``seed``, two integers."""
    return adjust_brightness(image, _determined(_around_zero(max_delta, "max_delta"), seed))


def random_contrast(image: TensorLike, lower: Any, upper: Any, seed: Any = None) -> Tensor:
    """``tf.image.adjust_contrast`` by a factor from ``[lower, upper)``.

    Raises:
        ValueError: The bounds are not in order, or negative.
    """
    return adjust_contrast(image, _drawn(_factors(lower, upper), seed))


def stateless_random_contrast(image: TensorLike, lower: Any, upper: Any, seed: Any) -> Tensor:
    """``tf.image.random_contrast``, determined by ``seed``, two integers."""
    return adjust_contrast(image, _determined(_factors(lower, upper), seed))


def random_hue(image: TensorLike, max_delta: Any, seed: Any = None) -> Tensor:
    """``tf.image.adjust_hue`` by a number from ``[-max_delta, max_delta)``, at most 1/2.

    Raises:
        ValueError: ``max_delta`` is negative, or more than 1/2.
    """
    return adjust_hue(image, _drawn(_around_zero(max_delta, "max_delta", 0.5), seed))


def stateless_random_hue(image: TensorLike, max_delta: Any, seed: Any) -> Tensor:
    """``tf.image.random_hue``, determined by ``seed``, two integers."""
    return adjust_hue(image, _determined(_around_zero(max_delta, "max_delta", 0.5), seed))


def random_saturation(image: TensorLike, lower: Any, upper: Any, seed: Any = None) -> Tensor:
    """``tf.image.adjust_saturation`` by a factor from ``[lower, upper)``.

    Raises:
        ValueError: The bounds are not in order, or negative.
    """
    return adjust_saturation(image, _drawn(_factors(lower, upper), seed))


def stateless_random_saturation(image: TensorLike, lower: Any, upper: Any, seed: Any = None) -> Tensor:
    """``tf.image.random_saturation``, determined by ``seed``, two integers."""
    return adjust_saturation(image, _determined(_factors(lower, upper), seed))


def random_jpeg_quality(image: TensorLike, min_jpeg_quality: Any, max_jpeg_quality: Any, seed: Any = None) -> Tensor:
    """``tf.image.adjust_jpeg_quality`` with a quality from ``[min_jpeg_quality, max_jpeg_quality)``.

    Raises:
        ValueError: The bounds are not in order, or not in [0, 100].
    """
    bounds = _qualities(min_jpeg_quality, max_jpeg_quality)
    return adjust_jpeg_quality(image, _drawn(bounds, seed, tf.int32))


def stateless_random_jpeg_quality(image: TensorLike, min_jpeg_quality: Any, max_jpeg_quality: Any, seed: Any) -> Tensor:
    """``tf.image.random_jpeg_quality``, determined by ``seed``, two integers."""
    bounds = _qualities(min_jpeg_quality, max_jpeg_quality)
    return adjust_jpeg_quality(image, _determined(bounds, seed, tf.int32))


# -- crops -----------------------------------------------------------------------------------------------------------


def _cropped(value: TensorLike, size: Any, draw: Any, name: str | None) -> Tensor:
    x = tf.convert_to_tensor(value)
    wanted = tf.convert_to_tensor(size, dtype_hint=tf.int32)
    room = tf.cast(tf.shape(x), wanted.dtype) - wanted
    known = room.spec.vector()
    if known is not None and any(each is not None and each < 0 for each in known):
        raise user_error(SpecError(f"Need value.shape >= size, got {x.shape} for {size}."))
    offset = draw([tf.size(wanted)], wanted.dtype) % (room + 1)
    return tf.slice(x, offset, wanted, name=name)


def random_crop(value: TensorLike, size: Any, seed: Any = None, name: str | None = None) -> Tensor:
    """A part of a size, at a place by chance.

    >>> tf.image.random_crop(tf.zeros([8, 8, 3]), [4, 4, 3]).shape
    TensorShape([4, 4, 3])

    Args:
        value: A tensor of any rank.
        size: The size of the part in each dimension.
        seed: The seed of the op.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: The part is larger than the whole.
    """
    return _cropped(
        value, size, lambda shape, dtype: tf.random.uniform(shape, maxval=dtype.max, dtype=dtype, seed=seed), name
    )


def stateless_random_crop(value: TensorLike, size: Any, seed: Any, name: str | None = None) -> Tensor:
    """``tf.image.random_crop``, determined by ``seed``, two integers."""
    return _cropped(
        value,
        size,
        lambda shape, dtype: tf.random.stateless_uniform(shape, seed, maxval=dtype.max, dtype=dtype),
        name,
    )
