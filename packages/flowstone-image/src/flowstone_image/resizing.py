"""``tf.image.resize`` and what is made of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.api import tf
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_image.cropping import pad_to_bounding_box
from flowstone_image.ops import resize as ops
from flowstone_image.shapes import in_batch, number, size


class ResizeMethod:
    """The names of the methods of ``tf.image.resize``."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


_FILTERS = {"bilinear": "triangle", "bicubic": "keyscubic"}
_ALWAYS_FILTERED = ("lanczos3", "lanczos5", "gaussian", "mitchellcubic")


def _resizer(method: Any, antialias: bool) -> Any:
    """The function that resizes a batch to a size."""
    if method == "nearest":
        return lambda x, to: ops.RESIZE_NEAREST(x, to, half_pixel_centers=True)
    if method == "area":
        return lambda x, to: ops.RESIZE_AREA(x, to)
    if method in _ALWAYS_FILTERED or (antialias and method in _FILTERS):
        return lambda x, to: _filtered(x, to, _FILTERS.get(method, method), antialias)
    if method == "bilinear":
        return lambda x, to: ops.RESIZE_BILINEAR(x, to, half_pixel_centers=True)
    if method == "bicubic":
        return lambda x, to: ops.RESIZE_BICUBIC(x, to, half_pixel_centers=True)
    names = ", ".join(repr(value) for name, value in vars(ResizeMethod).items() if name.isupper())
    raise ValueError(f"Resize method is not implemented: {method}. The methods are {names}.")


def _filtered(x: Tensor, to: Tensor, kernel: str, antialias: bool) -> Tensor:
    scale = tf.cast(to, tf.float32) / tf.cast(tf.shape(x)[1:3], tf.float32)
    return ops.SCALE_AND_TRANSLATE(x, to, scale, tf.zeros([2]), kernel_type=kernel, antialias=antialias)


def _size(value: Any) -> Tensor:
    to = tf.convert_to_tensor(value, dtype_hint=tf.int32)
    if to.shape.rank not in (None, 1) or (to.shape.rank == 1 and to.shape[0] not in (None, 2)):
        raise ValueError(f"'size' must be a 1-D Tensor of 2 elements: new_height, new_width; got shape {to.shape}.")
    if to.dtype not in (tf.int32, tf.int64):
        raise ValueError(f"'size' must be a 1-D int32 Tensor, got {to.dtype.name}.")
    return tf.cast(to, tf.int32)


def _kept(x: Tensor, to: Tensor) -> Tensor:
    """The largest size within ``to`` with the aspect ratio of ``x``."""
    known = to.spec.vector() or (None, None)
    sizes = [size(x, axis) for axis in (-3, -2)]
    if None in known or not all(isinstance(each, int) for each in sizes):
        floats = tf.cast(tf.stack(sizes), tf.float32)
        factor = tf.reduce_min(tf.cast(to, tf.float32) / floats)
        return tf.cast(tf.round(factor * floats), tf.int32)
    own = np.array(sizes, np.float32)
    return tf.constant(np.round(np.min(np.array(known, np.float32) / own) * own).astype(np.int32))


def resize(
    images: TensorLike,
    size: Any,
    method: Any = ResizeMethod.BILINEAR,
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: str | None = None,
) -> Tensor:
    """Resize images.

    Pixels are squares: of ``n`` pixels that become ``m``, the new pixel ``i`` has its middle at ``(i + 1/2) n / m``.

    >>> tf.image.resize([[[0.], [4.]], [[8.], [12.]]], [1, 2]).numpy()[..., 0]
    array([[4., 8.]], dtype=float32)

    Args:
        images: ``[batch, height, width, channels]`` or ``[height, width, channels]``, of a numeric type.
        size: The new height and width.
        method: ``"bilinear"``, ``"nearest"``, ``"bicubic"``, ``"area"`` (means of what new pixels cover), ``"lanczos3"``,
            ``"lanczos5"``, ``"gaussian"`` or ``"mitchellcubic"``; see ``tf.image.ResizeMethod``.
        preserve_aspect_ratio: Whether to keep the ratio of the sizes, within ``size``.
        antialias: Whether filters are as wide as new pixels when an image shrinks. Without effect for ``"nearest"``
            and ``"area"``.
        name: A name for the op in a graph.

    Returns:
        float32; for ``"nearest"`` the type of the images.

    Raises:
        ValueError: A shape, or the name of the method, is another.
        tf.errors.InvalidArgumentError: The new size is not positive.
    """
    x = tf.convert_to_tensor(images)
    if x.shape.rank not in (None, 3, 4):
        raise ValueError(f"'images' must have either 3 or 4 dimensions, got shape {x.shape}.")
    to = _size(size)
    if preserve_aspect_ratio:
        to = _kept(x, to)
    resizer = _resizer(method, antialias)
    known = to.spec.vector()
    if (
        method not in ("gaussian", "mitchellcubic")  # these blur
        and known is not None
        and None not in known
        and x.shape.rank is not None
        and x.shape.as_list()[-3:-1] == list(known)
    ):
        return x if method == "nearest" else tf.cast(x, tf.float32)
    return tf.identity(in_batch(x, lambda batch: resizer(batch, to)), name=name)


def resize_with_pad(
    image: TensorLike,
    target_height: Any,
    target_width: Any,
    method: Any = ResizeMethod.BILINEAR,
    antialias: bool = False,
) -> Tensor:
    """Resize images as far as they fit a size with their own aspect ratio, with zeros around.

    Args:
        image: ``[batch, height, width, channels]`` or ``[height, width, channels]``.
        target_height: The new height.
        target_width: The new width.
        method: As for ``tf.image.resize``.
        antialias: As for ``tf.image.resize``.

    Raises:
        ValueError: The shape is another, or a size is not positive.
    """
    x = tf.convert_to_tensor(image)
    if x.shape.rank is None:
        x = tf.ensure_shape(x, [None, None, None])
    if x.shape.rank not in (3, 4):
        raise ValueError(f"'image' (shape {x.shape}) must have either 3 or 4 dimensions.")
    target = [number(target_height), number(target_width)]
    for value, what in zip(target, ("target_height", "target_width"), strict=True):
        if isinstance(value, int) and value <= 0:
            raise ValueError(f"{what} must be > 0, got {value}.")
    floats = tf.cast(tf.stack([size(x, axis) for axis in (-3, -2)]), tf.float32)
    # the same steps in the same precision as TensorFlow's, so that halves round to the same side
    ratio = tf.reduce_max(floats / tf.cast(tf.stack(target), tf.float32))
    inner = [
        max(1, known) if isinstance(known, int) else tf.maximum(1, value)
        for value in tf.unstack(tf.cast(tf.floor(floats / ratio), tf.int32), 2)
        for known in [value.spec.scalar()]
    ]
    offsets = [
        max(0, known) if isinstance(known, int) else tf.maximum(0, value)
        for value in tf.unstack(
            tf.cast(tf.floor((tf.cast(tf.stack(target), tf.float32) - floats / ratio) / 2), tf.int32), 2
        )
        for known in [value.spec.scalar()]
    ]
    resized = resize(x, tf.stack(inner), method, antialias=antialias)
    return pad_to_bounding_box(resized, offsets[0], offsets[1], target[0], target[1])
