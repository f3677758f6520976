"""``tf.summary.histogram``: distributions over time."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_summary.writing import plugin_metadata, summary_scope, write

PLUGIN = "histograms"
BUCKETS = 30


def histogram(name: str, data: Any, step: Any = None, buckets: Any = None, description: str | None = None) -> Any:
    """Write how the elements of a tensor are distributed.

    The range from the smallest to the largest element is cut into buckets of equal width; what is written is a matrix
    with a row ``[left edge, right edge, count]`` for each. If all elements are equal, the last bucket counts them; if
    there are none, the matrix is zero.

    >>> writer = tf.summary.create_file_writer("logs")
    >>> with writer.as_default():
    ...     tf.summary.histogram("weights", [0.1, 0.5, 0.7], step=1).numpy()
    np.True_

    Args:
        name: What it is called; the tag is this name behind the enclosing name scopes.
        data: A numeric tensor of any shape; it is counted as float64.
        step: An int64 scalar, by default ``tf.summary.experimental.get_step()``.
        buckets: The number of buckets, an int or an int32 scalar; 30 by default.
        description: A text for TensorBoard, in Markdown.

    Returns:
        A boolean scalar: whether it was written. False without a default writer.

    Raises:
        TypeError: If ``buckets`` is no integer.
        ValueError: If the step is no scalar, or there is a writer but no step.
    """
    with summary_scope(name, "histogram_summary") as (tag, _):
        values = tf.stop_gradient(data)
        metadata = plugin_metadata(PLUGIN, description)
        return write(tag, lambda: bucketed(values, BUCKETS if buckets is None else buckets), step, metadata)


def bucketed(data: Any, buckets: Any) -> Any:
    """The matrix ``[left edge, right edge, count]`` of shape ``[buckets, 3]``, in float64.

    With the edges ``e_k = low + k (high - low) / buckets``, an element ``x`` counts for the bucket
    ``min(floor((x - low) / width), buckets - 1)``. Elements that are not numbers count for none.
    """
    count = tf.convert_to_tensor(buckets)
    if count.dtype is not tf.int32:
        raise TypeError(f"tensor must be of type tf.int32; got tf.{count.dtype.name}")
    if count.shape.rank != 0:
        raise ValueError(f"Expected scalar shape, saw shape: {count.shape}.")
    count = tf.maximum(count, 0)
    flat = tf.cast(tf.reshape(data, [-1]), tf.float64)
    nothing = tf.equal(tf.size(flat), 0)
    zero = tf.constant(0, tf.float64)
    low = tf.where(nothing, zero, tf.reduce_min(flat))
    high = tf.where(nothing, zero, tf.reduce_max(flat))
    width = (high - low) / tf.cast(count, tf.float64)
    place = tf.minimum(tf.cast(tf.floor((flat - low) / width), tf.int32), count - 1)
    place = tf.where(tf.equal(low, high), count - 1, place)
    place = tf.where(place < 0, count, place)  # what is no number is counted behind the last bucket, and left out
    counts = tf.scatter_nd(tf.expand_dims(place, 1), tf.ones_like(flat), tf.stack([count + 1]))[:-1]
    ends = tf.range(1, count + 1)
    left = low + width * tf.cast(ends - 1, tf.float64)
    right = tf.where(tf.equal(ends, count), high, low + width * tf.cast(ends, tf.float64))
    return tf.stack([left, right, counts], axis=1)
