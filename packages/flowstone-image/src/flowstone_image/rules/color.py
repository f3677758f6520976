"""Gradients of ``flowstone_image.ops.color``."""

from __future__ import annotations

from typing import Any

from flowstone_autodiff import Call, gradient, not_differentiable, undefined
from flowstone_autodiff.batch_registry import BatchCall, batch, elementwise
from flowstone_core.api import tf
from flowstone_core.tensor import Tensor

from flowstone_image.ops import color as ops


@gradient(ops.RGB_TO_HSV)
def rgb_to_hsv(call: Call, dy: Tensor) -> Tensor:
    """Of each case of the formulas: which colour is the largest, which the smallest.

    With ``V = max``, ``m = min``: ``dS/dV = m / V²``, ``dS/dm = -1 / V``; the hue is ``(a - b) / 6(V - m)`` of the two
    colours that are not the largest, so both change it directly and by the difference.
    """
    x = call.inputs[0]
    red, green, blue = (x[..., channel] for channel in range(3))
    reddest = tf.logical_and(red >= green, red >= blue)
    greenest = tf.logical_and(tf.logical_not(reddest), green >= blue)
    largest, smallest = tf.reduce_max(x, -1), tf.reduce_min(x, -1)
    top = tf.one_hot(tf.where(reddest, 0, tf.where(greenest, 1, 2)), 3, dtype=x.dtype)
    red_least = tf.logical_and(red < green, red < blue)
    green_least = tf.logical_and(tf.logical_not(red_least), green < blue)
    low = tf.one_hot(tf.where(red_least, 0, tf.where(green_least, 1, 2)), 3, dtype=x.dtype)
    d_hue, d_saturation, d_value = (dy[..., channel] for channel in range(3))

    to_top = d_value + d_saturation * tf.math.divide_no_nan(smallest, largest * largest)
    to_low = -tf.math.divide_no_nan(d_saturation, largest)
    span = largest - smallest
    steps = tf.constant([[0.0, 1.0, -1.0], [-1.0, 0.0, 1.0], [1.0, -1.0, 0.0]], x.dtype)
    direct = tf.matmul(tf.reshape(top, [-1, 3]), steps)
    direct = tf.reshape(direct, tf.shape(x))
    difference = tf.reduce_sum(direct * x, -1)
    over = tf.math.divide_no_nan(d_hue, 6 * span)
    by_span = -tf.math.divide_no_nan(over * difference, span)
    return (
        top * tf.expand_dims(to_top + by_span, -1)
        + low * tf.expand_dims(to_low - by_span, -1)
        + direct * tf.expand_dims(over, -1)
    )


not_differentiable(ops.HSV_TO_RGB)
undefined(
    ops.ADJUST_CONTRAST,
    ops.ADJUST_HUE,
    ops.ADJUST_SATURATION,
    because="TensorFlow has none either; stop the gradient before it with tf.stop_gradient.",
)

elementwise(ops.RGB_TO_HSV, ops.HSV_TO_RGB)


@batch(ops.ADJUST_CONTRAST, ops.ADJUST_HUE, ops.ADJUST_SATURATION)
def adjusted_batch(call: BatchCall) -> Any:
    """Images of any number of leading dimensions, all adjusted by the same number."""
    return call.op(*call.inputs, **call.attrs) if call.only(0) else NotImplemented
