"""Activation functions."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers import identifiers
from flowstone_layers.custom_objects import registered


def relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """``max(x, 0)``, or with its options: ``negative_slope * (x - threshold)`` below ``threshold``, cut at ``max_value``.

    >>> tf.keras.activations.relu(tf.constant([-2.0, 3.0]), negative_slope=0.5).numpy()
    array([-1.,  3.], dtype=float32)
    """
    x = tf.convert_to_tensor(x)
    if not negative_slope and max_value is None and not threshold:
        return tf.nn.relu(x)
    below = negative_slope * (x - threshold) if negative_slope else tf.zeros_like(x)
    y = tf.where(x >= threshold, x, below)
    return y if max_value is None else tf.minimum(y, tf.cast(max_value, y.dtype))


def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """``x`` where positive, else ``negative_slope * x``."""
    return tf.nn.leaky_relu(x, alpha=negative_slope)


def relu6(x: Any) -> Any:
    """``min(max(x, 0), 6)``."""
    return tf.nn.relu6(x)


def softmax(x: Any, axis: int | tuple[int, ...] = -1) -> Any:
    """``exp(x) / sum(exp(x))`` along ``axis``."""
    x = tf.convert_to_tensor(x)
    if isinstance(axis, int):
        return tf.nn.softmax(x, axis=axis)
    shifted = tf.exp(x - tf.stop_gradient(tf.reduce_max(x, axis=axis, keepdims=True)))
    return shifted / tf.reduce_sum(shifted, axis=axis, keepdims=True)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """``log(softmax(x))``, computed without overflow."""
    return tf.nn.log_softmax(x, axis=axis)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """``x`` where positive, else ``alpha * (exp(x) - 1)``."""
    x = tf.convert_to_tensor(x)
    y = tf.nn.elu(x)
    return y if alpha == 1 else tf.where(x > 0, y, alpha * y)


def selu(x: Any) -> Any:
    """The scaled elu of self-normalizing networks (Klambauer et al., 2017)."""
    return tf.nn.selu(x)


def celu(x: Any, alpha: float = 1.0) -> Any:
    """``max(x, 0) + min(0, alpha * (exp(x / alpha) - 1))``."""
    x = tf.convert_to_tensor(x)
    return tf.maximum(x, 0.0) + alpha * tf.math.expm1(tf.minimum(x, 0.0) / alpha)


def softplus(x: Any) -> Any:
    """``log(exp(x) + 1)``."""
    return tf.math.softplus(x)


def softsign(x: Any) -> Any:
    """``x / (|x| + 1)``."""
    return tf.nn.softsign(x)


def silu(x: Any) -> Any:
    """``x * sigmoid(x)``, also called swish."""
    x = tf.convert_to_tensor(x)
    return x * tf.sigmoid(x)


swish = silu


def gelu(x: Any, approximate: bool = False) -> Any:
    """``x * P(X <= x)`` for a standard normal X; by a tanh formula if ``approximate``."""
    return tf.nn.gelu(x, approximate=approximate)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return tf.tanh(x)


def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(-x))``."""
    return tf.sigmoid(x)


def log_sigmoid(x: Any) -> Any:
    """``log(sigmoid(x))``, computed without overflow."""
    return tf.math.log_sigmoid(x)


def exponential(x: Any) -> Any:
    """``exp(x)``."""
    return tf.exp(x)


def hard_sigmoid(x: Any) -> Any:
    """``relu6(x + 3) / 6``."""
    x = tf.convert_to_tensor(x)
    return tf.nn.relu6(x + 3.0) / 6.0


def hard_silu(x: Any) -> Any:
    """``x * hard_sigmoid(x)``."""
    x = tf.convert_to_tensor(x)
    return x * hard_sigmoid(x)


hard_swish = hard_silu


def hard_tanh(x: Any) -> Any:
    """``x`` cut to [-1, 1]."""
    return tf.clip_by_value(x, -1.0, 1.0)


def tanh_shrink(x: Any) -> Any:
    """``x - tanh(x)``."""
    x = tf.convert_to_tensor(x)
    return x - tf.tanh(x)


def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """``x`` moved towards zero by ``threshold``, zero within it."""
    x = tf.convert_to_tensor(x)
    return tf.where(x > threshold, x - threshold, tf.where(x < -threshold, x + threshold, tf.zeros_like(x)))


def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """``x`` outside of ``[-threshold, threshold]``, else zero."""
    x = tf.convert_to_tensor(x)
    return tf.where(tf.abs(x) > threshold, x, tf.zeros_like(x))


def threshold(x: Any, threshold: float, default_value: float) -> Any:
    """``x`` above ``threshold``, else ``default_value``."""
    x = tf.convert_to_tensor(x)
    return tf.where(x > threshold, x, tf.cast(default_value, x.dtype))


def squareplus(x: Any, b: float = 4) -> Any:
    """``(x + sqrt(x² + b)) / 2``."""
    x = tf.convert_to_tensor(x)
    return (x + tf.sqrt(tf.square(x) + tf.cast(b, x.dtype))) / 2.0


def sparse_plus(x: Any) -> Any:
    """0 below -1, ``x`` above 1, ``(x + 1)² / 4`` between."""
    x = tf.convert_to_tensor(x)
    return tf.where(x <= -1.0, tf.zeros_like(x), tf.where(x < 1.0, tf.square(x + 1.0) / 4.0, x))


def sparse_sigmoid(x: Any) -> Any:
    """0 below -1, 1 above 1, ``(x + 1) / 2`` between."""
    return tf.clip_by_value((tf.convert_to_tensor(x) + 1.0) / 2.0, 0.0, 1.0)


def glu(x: Any, axis: int = -1) -> Any:
    """The first half of ``x`` along ``axis`` times the sigmoid of the second."""
    a, b = tf.split(x, 2, axis=axis)
    return a * tf.sigmoid(b)


def mish(x: Any) -> Any:
    """``x * tanh(softplus(x))``."""
    x = tf.convert_to_tensor(x)
    return x * tf.tanh(tf.math.softplus(x))


def sparsemax(x: Any, axis: int = -1) -> Any:
    """The projection of ``x`` onto the probability simplex (Martins and Astudillo, 2016)."""
    x = tf.convert_to_tensor(x)
    rank = x.shape.rank
    order = list(range(rank))
    order[axis], order[-1] = order[-1], order[axis]
    x = tf.transpose(x, order)
    classes = x.shape[-1]
    ordered, _ = tf.math.top_k(x, k=classes)
    sums = tf.cumsum(ordered, axis=-1)
    ranks = tf.cast(tf.range(1, classes + 1), x.dtype)
    support = tf.cast(1.0 + ranks * ordered > sums, x.dtype)
    count = tf.reduce_sum(support, axis=-1, keepdims=True)
    total = tf.reduce_sum(support * ordered, axis=-1, keepdims=True)
    return tf.transpose(tf.maximum(x - (total - 1.0) / count, 0.0), order)


def linear(x: Any) -> Any:
    """``x``."""
    return x


_FUNCTIONS = (
    relu, leaky_relu, relu6, softmax, log_softmax, elu, selu, celu, softplus, softsign, silu, gelu, tanh, sigmoid,
    log_sigmoid, exponential, hard_sigmoid, hard_silu, hard_tanh, tanh_shrink, soft_shrink, hard_shrink, threshold,
    squareplus, sparse_plus, sparse_sigmoid, glu, mish, sparsemax, linear,
)  # fmt: skip
_KNOWN = {function.__name__: function for function in _FUNCTIONS} | {"swish": silu, "hard_swish": hard_silu}


def get(identifier: Any) -> Any:
    """An activation function from its name, configuration, or itself; ``linear`` for None."""
    if identifier is None:
        return linear
    return identifiers.get(identifier, _KNOWN, "activation function", registered())


def serialize(activation: Any) -> Any:
    """The name of an activation function, or its registered configuration."""
    name = getattr(activation, "__name__", None)
    if name is not None and _KNOWN.get(name) is activation:
        return name
    return identifiers.describe(activation, "keras.activations")


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The function that ``serialize`` described."""
    return identifiers.get(config, {**_KNOWN, **(custom_objects or {})}, "activation function", registered())
