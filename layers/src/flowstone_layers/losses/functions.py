"""Losses as functions: a value for each element of the batch (the last axis is averaged)."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers.config import epsilon
from flowstone_layers.losses.reduction import squeeze_or_expand_to_same_rank


def _of_one_type(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Both as tensors, in the type of the predictions."""
    y_pred = tf.convert_to_tensor(y_pred)
    return tf.cast(tf.convert_to_tensor(y_true), y_pred.dtype), y_pred


def _pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Both as tensors of one type and rank."""
    return squeeze_or_expand_to_same_rank(*_of_one_type(y_true, y_pred))


def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """``mean((y_true - y_pred)²)`` over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """``mean(|y_true - y_pred|)`` over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    return tf.reduce_mean(tf.abs(y_true - y_pred), axis=-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """``100 * mean(|y_true - y_pred| / |y_true|)`` over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    return 100.0 * tf.reduce_mean(tf.abs((y_true - y_pred) / tf.maximum(tf.abs(y_true), epsilon())), axis=-1)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """``mean((log(y_true + 1) - log(y_pred + 1))²)`` over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    first = tf.math.log(tf.maximum(y_pred, epsilon()) + 1.0)
    second = tf.math.log(tf.maximum(y_true, epsilon()) + 1.0)
    return tf.reduce_mean(tf.square(first - second), axis=-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The negative sum of products of the normalized vectors: -1 where they agree."""
    y_true, y_pred = _pair(y_true, y_pred)
    return -tf.reduce_sum(tf.math.l2_normalize(y_true, axis=axis) * tf.math.l2_normalize(y_pred, axis=axis), axis=axis)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Half the squared error below ``delta``, ``delta * (|error| - delta / 2)`` above."""
    y_true, y_pred = _pair(y_true, y_pred)
    error = tf.abs(y_true - y_pred)
    inside = 0.5 * tf.square(error)
    outside = delta * error - 0.5 * delta * delta
    return tf.reduce_mean(tf.where(error <= delta, inside, outside), axis=-1)


def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """``mean(log(cosh(y_pred - y_true)))`` over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    x = y_pred - y_true
    log2 = tf.cast(0.6931471805599453, x.dtype)
    return tf.reduce_mean(x + tf.math.softplus(x * -2.0) - log2, axis=-1)


def _binary_targets_to_signs(y_true: Any) -> Any:
    """Targets of 0 and 1 as -1 and 1."""
    is_binary = tf.reduce_all(tf.logical_or(tf.equal(y_true, 0.0), tf.equal(y_true, 1.0)))
    return tf.where(is_binary, 2.0 * y_true - 1.0, y_true)


def hinge(y_true: Any, y_pred: Any) -> Any:
    """``mean(max(1 - y_true * y_pred, 0))`` over the last axis; targets are -1 or 1 (or 0 or 1)."""
    y_true, y_pred = _pair(y_true, y_pred)
    return tf.reduce_mean(tf.maximum(1.0 - _binary_targets_to_signs(y_true) * y_pred, 0.0), axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """``mean(max(1 - y_true * y_pred, 0)²)`` over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    return tf.reduce_mean(tf.square(tf.maximum(1.0 - _binary_targets_to_signs(y_true) * y_pred, 0.0)), axis=-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """``max(neg - pos + 1, 0)``: the score of the class against the best of the others."""
    y_true, y_pred = _pair(y_true, y_pred)
    positive = tf.reduce_sum(y_true * y_pred, axis=-1)
    negative = tf.reduce_max((1.0 - y_true) * y_pred, axis=-1)
    return tf.maximum(negative - positive + 1.0, 0.0)


def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """``sum(y_true * log(y_true / y_pred))`` over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    y_true = tf.clip_by_value(y_true, epsilon(), 1.0)
    y_pred = tf.clip_by_value(y_pred, epsilon(), 1.0)
    return tf.reduce_sum(y_true * tf.math.log(y_true / y_pred), axis=-1)


def poisson(y_true: Any, y_pred: Any) -> Any:
    """``mean(y_pred - y_true * log(y_pred))`` over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    return tf.reduce_mean(y_pred - y_true * tf.math.log(y_pred + epsilon()), axis=-1)


def _to_logits(y_pred: Any, axis: int) -> Any:
    """The logarithm of probabilities, normalized along ``axis`` and kept from 0 and 1."""
    y_pred = y_pred / tf.reduce_sum(y_pred, axis=axis, keepdims=True)
    return tf.math.log(tf.clip_by_value(y_pred, epsilon(), 1.0 - epsilon()))


def _smoothed_classes(y_true: Any, label_smoothing: float, axis: int) -> Any:
    """Probabilities of which the part ``label_smoothing`` is spread over all classes."""
    classes = tf.cast(tf.shape(y_true)[axis], y_true.dtype)
    return y_true * (1.0 - label_smoothing) + label_smoothing / classes


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """``-sum(y_true * log(y_pred))`` along ``axis``.

    Args:
        y_true: Probabilities of the classes, usually one-hot.
        y_pred: Probabilities, or logits with ``from_logits``.
        from_logits: Whether ``y_pred`` are logits.
        label_smoothing: How much of the probability is spread over all classes.
        axis: The axis of the classes.
    """
    y_true, y_pred = _of_one_type(y_true, y_pred)
    if (
        y_pred.shape.rank is not None
        and y_true.shape.rank is not None
        and not y_true.shape.is_compatible_with(y_pred.shape)
    ):
        raise ValueError(
            "Arguments `target` and `output` must have the same shape. Received: "
            f"target.shape={y_true.shape}, output.shape={y_pred.shape}"
        )
    if label_smoothing:
        y_true = _smoothed_classes(y_true, label_smoothing, axis)
    if from_logits:
        return tf.nn.softmax_cross_entropy_with_logits(labels=y_true, logits=y_pred, axis=axis)
    return -tf.reduce_sum(y_true * _to_logits(y_pred, axis), axis=axis)


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Any:
    """``-log(y_pred[class])``, with classes given as integers.

    Args:
        y_true: Integer classes.
        y_pred: Probabilities along ``axis``, or logits with ``from_logits``.
        from_logits: Whether ``y_pred`` are logits.
        ignore_class: A class whose elements have loss zero.
        axis: The axis of the classes.
    """
    y_pred = tf.convert_to_tensor(y_pred)
    y_true = tf.convert_to_tensor(y_true)
    rank = y_pred.shape.rank
    if y_true.shape.rank == rank and y_true.shape[-1] == 1:
        y_true = tf.squeeze(y_true, -1)
    if axis not in (-1, None if rank is None else rank - 1):
        y_pred = tf.transpose(y_pred, [*[i for i in range(rank) if i != axis % rank], axis % rank])
    y_true = tf.cast(y_true, "int64")
    ignored = None
    if ignore_class is not None:
        ignored = tf.equal(y_true, tf.cast(ignore_class, y_true.dtype))
        y_true = tf.where(ignored, tf.zeros_like(y_true), y_true)
    logits = y_pred if from_logits else tf.math.log(tf.clip_by_value(y_pred, epsilon(), 1.0 - epsilon()))
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y_true, logits=logits)
    if ignored is None:
        return losses
    losses = tf.where(ignored, tf.zeros_like(losses), losses)
    losses._keras_mask = tf.logical_not(ignored)  # so that means are over what was not ignored
    return losses


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """``-mean(y_true * log(y_pred) + (1 - y_true) * log(1 - y_pred))`` along ``axis``."""
    y_true, y_pred = _of_one_type(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return tf.reduce_mean(_binary(y_true, y_pred, from_logits), axis=axis)


def _binary(y_true: Any, y_pred: Any, from_logits: bool) -> Any:
    if from_logits:
        return tf.nn.sigmoid_cross_entropy_with_logits(labels=y_true, logits=y_pred)
    y_pred = tf.clip_by_value(y_pred, epsilon(), 1.0 - epsilon())
    return -(y_true * tf.math.log(y_pred) + (1.0 - y_true) * tf.math.log(1.0 - y_pred))


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Binary cross-entropy times ``(1 - p)^gamma``, p the probability of the true class (Lin et al., 2018)."""
    y_true, y_pred = _of_one_type(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        y_pred = tf.sigmoid(y_pred)
    entropy = _binary(y_true, y_pred, False)
    probability = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    focal = tf.pow(1.0 - probability, gamma) * entropy
    if apply_class_balancing:
        focal = (y_true * alpha + (1.0 - y_true) * (1.0 - alpha)) * focal
    return tf.reduce_mean(focal, axis=axis)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """``-sum(alpha * (1 - p)^gamma * y_true * log(p))`` along ``axis`` (Lin et al., 2018)."""
    y_true, y_pred = _of_one_type(y_true, y_pred)
    if label_smoothing:
        y_true = _smoothed_classes(y_true, label_smoothing, axis)
    if from_logits:
        y_pred = tf.nn.softmax(y_pred, axis=axis)
    y_pred = y_pred / tf.reduce_sum(y_pred, axis=axis, keepdims=True)
    y_pred = tf.clip_by_value(y_pred, epsilon(), 1.0 - epsilon())
    entropy = -y_true * tf.math.log(y_pred)
    return tf.reduce_sum(alpha * tf.pow(1.0 - y_pred, gamma) * entropy, axis=axis)


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Any:
    """``1 - 2 * sum(y_true * y_pred) / (sum(y_true) + sum(y_pred))`` over ``axis`` (all if None)."""
    y_true, y_pred = _of_one_type(y_true, y_pred)
    intersection = tf.reduce_sum(y_true * y_pred, axis=axis)
    total = tf.reduce_sum(y_true, axis=axis) + tf.reduce_sum(y_pred, axis=axis)
    return 1.0 - tf.math.divide_no_nan(2.0 * intersection, total + epsilon())


def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None) -> Any:
    """``1 - tp / (tp + alpha * fn + beta * fp)``: alpha weighs what is missed, as in Keras (Salehi et al., 2017)."""
    y_true, y_pred = _of_one_type(y_true, y_pred)
    intersection = tf.reduce_sum(y_true * y_pred, axis=axis)
    missed = tf.reduce_sum((1.0 - y_pred) * y_true, axis=axis)
    wrong = tf.reduce_sum((1.0 - y_true) * y_pred, axis=axis)
    total = intersection + missed * alpha + wrong * beta
    return 1.0 - tf.math.divide_no_nan(intersection, total + epsilon())
