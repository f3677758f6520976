"""``tf.summary.image``: pictures."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf
from flowstone_core.ops.media import ENCODE_PNG

from flowstone_summary.writing import checked_limit, checked_rank, plugin_metadata, summary_scope, write

PLUGIN = "images"


def image(name: str, data: Any, step: Any = None, max_outputs: Any = 3, description: str | None = None) -> Any:
    """Write images.

    >>> writer = tf.summary.create_file_writer("logs")
    >>> with writer.as_default():
    ...     tf.summary.image("digits", tf.zeros([2, 8, 8, 1]), step=1).numpy()
    np.True_

    Args:
        name: What they are called; the tag is this name behind the enclosing name scopes.
        data: Images of shape ``[count, height, width, channels]``: 1 channel for grey, 2 for grey and opacity, 3 for
            RGB, 4 for RGB and opacity. Floats lie in [0, 1], ``uint8`` in [0, 255], other integers in the range of
            their type; what lies outside is cut.
        step: An int64 scalar, by default ``tf.summary.experimental.get_step()``.
        max_outputs: How many are written at most, the first ones.
        description: A text for TensorBoard, in Markdown.

    Returns:
        A boolean scalar: whether it was written. False without a default writer.

    Raises:
        ValueError: If ``data`` has another rank, the step is no scalar, or there is a writer but no step.
        tf.errors.InvalidArgumentError: If ``max_outputs`` is negative, or the number of channels is another.
    """
    with summary_scope(name, "image_summary") as (tag, _):
        return write(tag, lambda: _encoded(data, max_outputs), step, plugin_metadata(PLUGIN, description))


def _encoded(data: Any, max_outputs: Any) -> Any:
    """What TensorBoard wants: the width, the height, then a PNG file for each image, as strings."""
    images = to_bytes(checked_rank(data, 4))
    dimensions = tf.stack([_size(images, 2), _size(images, 1)])
    return tf.concat([dimensions, ENCODE_PNG(images[: checked_limit(max_outputs)])], axis=0)


def _size(images: Any, axis: int) -> Any:
    """The length of an axis as a decimal string."""
    known = images.shape[axis]
    return tf.strings.format("{}", tf.shape(images)[axis]) if known is None else tf.constant(str(known))


def to_bytes(images: Any) -> Any:
    """Pixels as ``uint8``: floats in [0, 1] and integers in the range of their type, cut and scaled to [0, 255].

    Raises:
        AttributeError: If they are neither floats nor integers (TensorFlow's type for this).
    """
    dtype = images.dtype
    if dtype is tf.uint8:
        return images
    if dtype.is_floating:
        images = images * tf.constant(255.5, dtype)
    elif not dtype.is_integer:
        raise AttributeError("image dtype must be either floating point or integer")
    elif dtype.max < 255:  # int8
        return tf.cast(tf.maximum(images, tf.constant(0, dtype)), tf.uint8) * tf.constant(2, tf.uint8)
    else:
        images = tf.math.floordiv(images, tf.constant((dtype.max + 1) // 256, dtype))
    return tf.cast(tf.minimum(tf.maximum(images, tf.constant(0, dtype)), tf.constant(255, dtype)), tf.uint8)
