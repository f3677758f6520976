"""Cutting parts out of images, and putting zeros around them."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_image.shapes import checked, checked_single, number, size


def central_crop(image: TensorLike, central_fraction: Any) -> Tensor:
    """The middle of images: a fraction of their height and width.

    Args:
        image: ``[batch, height, width, channels]`` or ``[height, width, channels]``.
        central_fraction: A number in (0, 1].

    Raises:
        ValueError: The fraction or the shape is another.
    """
    x = checked(image)
    known = central_fraction if isinstance(central_fraction, (int, float)) else None
    if known is None:
        number(central_fraction)  # a scalar at least
    if known is not None and not 0.0 < known <= 1.0:
        raise ValueError(f"central_fraction must be within (0, 1], got {known}.")
    if known == 1.0:
        return x
    checked(x, most=4)
    cut = []
    for axis in (-3, -2):
        whole = size(x, axis)
        if isinstance(whole, int) and known is not None:
            start = int((whole - whole * known) / 2)
            cut.append((start, whole - start * 2))
        else:
            wide = tf.cast(whole, tf.float64)
            start = tf.cast((wide - wide * tf.cast(central_fraction, tf.float64)) / 2, tf.int32)
            cut.append((start, whole - start * 2))
    (y, height), (x_start, width) = cut
    return x[..., y : y + height, x_start : x_start + width, :]


def _not_negative(values: dict[str, Any]) -> None:
    for what, value in values.items():
        if isinstance(value, int) and value < 0:
            raise ValueError(f"{what} must be >= 0, got {value}.")


def crop_to_bounding_box(
    image: TensorLike, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """Cut a part out of images.

    Args:
        image: ``[batch, height, width, channels]`` or ``[height, width, channels]``.
        offset_height: The first row.
        offset_width: The first column.
        target_height: How many rows.
        target_width: How many columns.

    Raises:
        ValueError: The part does not lie in the image, or is empty.
    """
    x = checked_single(image)
    y, left, height, width = map(number, (offset_height, offset_width, target_height, target_width))
    _not_negative({"offset_height": y, "offset_width": left})
    for what, start, count, axis in (("height", y, height, -3), ("width", left, width, -2)):
        whole = size(x, axis)
        if isinstance(count, int) and count <= 0:
            raise ValueError(f"target_{what} must be > 0, got {count}.")
        if all(isinstance(each, int) for each in (start, count, whole)) and start + count > whole:
            raise ValueError(f"{what} must be >= target + offset: {start} + {count} > {whole}.")
    cut = x[..., y : y + height, left : left + width, :]
    return _of_size(cut, height, width)


def _of_size(x: Tensor, height: Any, width: Any) -> Tensor:
    """``x``, with what is known of its height and width stated; checked where it runs."""
    if x.shape.rank is None or not (isinstance(height, int) or isinstance(width, int)):
        return x
    return tf.ensure_shape(
        x,
        [
            *x.shape.as_list()[:-3],
            height if isinstance(height, int) else None,
            width if isinstance(width, int) else None,
            x.shape[-1],
        ],
    )


def pad_to_bounding_box(
    image: TensorLike, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """Images with zeros around them.

    Args:
        image: ``[batch, height, width, channels]`` or ``[height, width, channels]``.
        offset_height: The rows of zeros above.
        offset_width: The columns of zeros to the left.
        target_height: The height of the result.
        target_width: The width of the result.

    Raises:
        ValueError: The image does not fit.
    """
    x = checked_single(image)
    y, left, height, width = map(number, (offset_height, offset_width, target_height, target_width))
    _not_negative({"offset_height": y, "offset_width": left})
    below, right = height - size(x, -3) - y, width - size(x, -2) - left
    for what, value in (("height", below), ("width", right)):
        if isinstance(value, int) and value < 0:
            raise ValueError(f"{what} must be <= target - offset; it is {-value} too large.")
    pads = [[y, below], [left, right], [0, 0]]
    return _of_size(tf.pad(x, [[0, 0]] * (len(x.shape) - 3) + pads), height, width)


def resize_with_crop_or_pad(image: TensorLike, target_height: Any, target_width: Any) -> Tensor:
    """Bring images to a size by cutting the middle out, or putting zeros around.

    Args:
        image: ``[batch, height, width, channels]`` or ``[height, width, channels]``.
        target_height: The height of the result.
        target_width: The width of the result.

    Raises:
        ValueError: A size is not positive, or the shape is another.
    """
    x = checked_single(image)
    target = [number(target_height), number(target_width)]
    for what, value in zip(("target_height", "target_width"), target, strict=True):
        if isinstance(value, int) and value <= 0:
            raise ValueError(f"{what} must be > 0, got {value}.")
    own = [size(x, axis) for axis in (-3, -2)]
    starts = [_half(_positive(whole - wanted)) for whole, wanted in zip(own, target, strict=True)]
    counts = [_smallest(whole, wanted) for whole, wanted in zip(own, target, strict=True)]
    before = [_half(_positive(wanted - whole)) for whole, wanted in zip(own, target, strict=True)]
    cut = crop_to_bounding_box(x, *starts, *counts)
    return pad_to_bounding_box(cut, *before, *target)


def _positive(value: Any) -> Any:
    return max(0, value) if isinstance(value, int) else tf.maximum(0, value)


def _half(value: Any) -> Any:
    return value // 2


def _smallest(a: Any, b: Any) -> Any:
    return min(a, b) if isinstance(a, int) and isinstance(b, int) else tf.minimum(a, b)
