"""Softmax and the cross-entropies of classification."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer, shapes
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import bfloat16, float16, float32
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.interpreter import user_error
from flowstone_core.op import Op
from flowstone_core.ops import array, filling
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import greater_equal
from flowstone_core.ops.elementary import exp, log1p
from flowstone_core.ops.math import abs, add, maximum, multiply, negative, subtract
from flowstone_core.ops.selection import where
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import FLOATS

# -- softmax -------------------------------------------------------------------------------------------------------


def _infer_softmax(logits: Spec) -> Spec:
    if logits.shape == ():
        raise SpecError("Softmax takes a tensor with at least one dimension, got a scalar.")
    return Spec(logits.shape, logits.dtype)


SOFTMAX = Op("Softmax", ("logits: T",), ("softmax: T",), (FLOATS,), infer=_infer_softmax)
LOG_SOFTMAX = Op("LogSoftmax", ("logits: T",), ("logsoftmax: T",), (FLOATS,), infer=_infer_softmax)


def _along(op: Op, logits: TensorLike, axis: Any, name: str | None) -> Tensor:
    """``op``, which works on the last dimension, along ``axis``."""
    if is_composite(logits):
        return op(logits, name=name)
    x = convert_to_tensor(logits)
    rank = x.shape.rank
    if axis is None or axis == -1 or (rank is not None and axis == rank - 1):
        return op(x, name=name)
    if rank is None:
        raise TypeError("Softmax along another dimension than the last takes a tensor of known rank.")
    if not -rank <= axis < rank:
        raise InvalidArgumentError(
            None, None, f"`axis` must be in the range [{-rank}, {rank}) for a tensor of rank {rank}, got {axis}."
        )
    order = list(range(rank))
    order[axis], order[-1] = order[-1], order[axis]
    return array.transpose(op(array.transpose(x, order)), order, name=name or "transpose")


def softmax(logits: TensorLike, axis: Any = None, name: str | None = None) -> Tensor:
    """``exp(x) / sum(exp(x))`` along a dimension.

    >>> tf.nn.softmax([0., 0.]).numpy()
    array([0.5, 0.5], dtype=float32)

    Args:
        logits: A floating point tensor.
        axis: The dimension; the last by default.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: If the dimension does not exist.
    """
    return _along(SOFTMAX, logits, axis, name)


def log_softmax(logits: TensorLike, axis: Any = None, name: str | None = None) -> Tensor:
    """``x - log(sum(exp(x)))`` along a dimension: the logarithm of softmax, without its underflow."""
    return _along(LOG_SOFTMAX, logits, axis, name)


# -- cross-entropy with a distribution -------------------------------------------------------------------------------


def _infer_cross_entropy(features: Spec, labels: Spec) -> tuple[Spec, Spec]:
    for spec in (features, labels):
        infer.with_rank(spec, 2, "SoftmaxCrossEntropyWithLogits takes matrices: an operand")
    try:
        shape = shapes.broadcast(features.shape, labels.shape)
    except ValueError:
        raise SpecError(
            f"logits and labels must be broadcastable: logits have shape {TensorShape(features.shape)}, "
            f"labels {TensorShape(labels.shape)}."
        ) from None
    rows = None if shape is None else shape[0]
    return Spec((rows,), features.dtype), Spec(shape if shape is not None else (None, None), features.dtype)


SOFTMAX_CROSS_ENTROPY = Op(
    "SoftmaxCrossEntropyWithLogits",
    ("features: T", "labels: T"),
    ("loss: T", "backprop: T"),
    (FLOATS,),
    infer=_infer_cross_entropy,
)


def softmax_cross_entropy_with_logits(
    labels: TensorLike, logits: TensorLike, axis: int = -1, name: str | None = None
) -> Tensor:
    """``-sum(labels · log_softmax(logits))`` along a dimension.

    >>> tf.nn.softmax_cross_entropy_with_logits(labels=[[0., 1.]], logits=[[0., 0.]]).numpy()
    array([0.6931472], dtype=float32)

    Args:
        labels: Probabilities of the classes, of the shape and type of the logits.
        logits: Scores of the classes, without softmax.
        axis: The dimension of the classes.
        name: A name for the op in a graph.

    Returns:
        The losses: a tensor of the shape of ``logits`` without ``axis``.
    """
    logits = convert_to_tensor(logits)
    labels = convert_to_tensor(labels, dtype_hint=logits.dtype)
    if labels.dtype is not logits.dtype:
        labels = cast(labels, logits.dtype)
    target = logits.dtype
    if target in (float16, bfloat16):
        logits, labels = cast(logits, float32), cast(labels, float32)
    rank = logits.shape.rank
    if 0 in (rank, labels.shape.rank):
        raise user_error(SpecError(f"Logits and labels need a dimension of classes, got {logits!r} and {labels!r}."))
    if rank is not None and axis not in (-1, rank - 1):
        order = [i for i in range(rank) if i != axis % rank] + [axis % rank]
        logits, labels = array.transpose(logits, order), array.transpose(labels, order)
    if rank == 2:
        loss, _ = SOFTMAX_CROSS_ENTROPY(logits, labels, name=name)
    else:
        loss, _ = SOFTMAX_CROSS_ENTROPY(_rows(logits), _rows(labels), name=name)
        loss = array.reshape(loss, _shape_of_losses(logits))
    return cast(loss, target)


def _rows(x: Tensor) -> Tensor:
    """``x`` as a matrix that keeps the last dimension."""
    last = x.shape[-1] if x.shape.rank is not None else None
    if last is None:
        last = array.shape(x)[-1]
    return array.reshape(x, [-1, last])


def _shape_of_losses(logits: Tensor) -> Any:
    """The shape without the last dimension."""
    if logits.shape.is_fully_defined():
        return logits.shape.as_list()[:-1]
    return array.shape(logits)[:-1]


# -- cross-entropy with class numbers --------------------------------------------------------------------------------


def _infer_sparse_cross_entropy(features: Spec, labels: Spec) -> tuple[Spec, Spec]:
    rows, classes = infer.with_rank(features, 2, "SparseSoftmaxCrossEntropyWithLogits: logits")
    (count,) = infer.with_rank(labels, 1, "SparseSoftmaxCrossEntropyWithLogits: labels")
    if rows is not None and count is not None and rows != count:
        raise SpecError(
            f"logits and labels must have the same first dimension, got logits shape {TensorShape(features.shape)} "
            f"and labels shape {TensorShape(labels.shape)}."
        )
    rows = count if rows is None else rows
    return Spec((rows,), features.dtype), Spec((rows, classes), features.dtype)


SPARSE_SOFTMAX_CROSS_ENTROPY = Op(
    "SparseSoftmaxCrossEntropyWithLogits",
    ("features: T", "labels: Tlabels"),
    ("loss: T", "backprop: T"),
    (FLOATS, "Tlabels: {int32, int64} = DT_INT64"),
    infer=_infer_sparse_cross_entropy,
)


def sparse_softmax_cross_entropy_with_logits(labels: TensorLike, logits: TensorLike, name: str | None = None) -> Tensor:
    """``-log_softmax(logits)[label]`` for each row of scores.

    >>> tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1], logits=[[0., 0.]]).numpy()
    array([0.6931472], dtype=float32)

    Args:
        labels: Class numbers: an integer tensor of the shape of ``logits`` without the last dimension.
        logits: Scores of the classes along the last dimension, without softmax.
        name: A name for the op in a graph.

    Raises:
        ValueError: If the shapes do not fit.
        tf.errors.InvalidArgumentError: If a class number is out of range.
    """
    labels = convert_to_tensor(labels)
    logits = convert_to_tensor(logits)
    target = logits.dtype
    if target in (float16, bfloat16):
        logits = cast(logits, float32)
    _check_label_shape(labels.shape, logits.shape)
    if logits.shape.rank == 2:
        loss, _ = SPARSE_SOFTMAX_CROSS_ENTROPY(logits, labels, name=name)
    else:
        loss, _ = SPARSE_SOFTMAX_CROSS_ENTROPY(_rows(logits), array.reshape(labels, [-1]), name=name)
        shape = labels.shape.as_list() if labels.shape.is_fully_defined() else array.shape(labels)
        loss = array.reshape(loss, shape)
    return cast(loss, target)


def _check_label_shape(labels: TensorShape, logits: TensorShape) -> None:
    if logits.rank == 0:
        raise ValueError(f"`logits` cannot be a scalar. Received logits of shape {logits}.")
    if labels.rank is None or logits.rank is None:
        return
    if labels.rank != logits.rank - 1:
        raise ValueError(
            "`labels.shape.rank` must equal `logits.shape.rank - 1`. "
            f"Received: labels.shape={labels} of rank {labels.rank} and logits.shape={logits} of rank {logits.rank}"
        )
    if not labels.is_compatible_with(logits[:-1]):
        raise ValueError(
            "`labels.shape` must equal `logits.shape` except for the last dimension. "
            f"Received: labels.shape={labels} and logits.shape={logits}"
        )


# -- logistic cross-entropy --------------------------------------------------------------------------------------------


def _same_shape(labels: Tensor, logits: Tensor) -> None:
    if not labels.shape.is_compatible_with(logits.shape):
        raise ValueError(
            f"`logits` and `labels` must have the same shape, received ({logits.shape} vs {labels.shape})."
        )


def sigmoid_cross_entropy_with_logits(labels: Any = None, logits: Any = None, name: str | None = None) -> Tensor:
    """``-labels · log(sigmoid(x)) - (1 - labels) · log(1 - sigmoid(x))``, for independent classes.

    It is computed as ``max(x, 0) - x · labels + log(1 + exp(-|x|))``.

    >>> tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.], logits=[0.]).numpy()
    array([0.6931472], dtype=float32)

    Raises:
        ValueError: If the shapes differ, or one operand is missing.
    """
    if labels is None or logits is None:
        raise ValueError(f"Both `labels` and `logits` must be provided. Received: labels={labels} and logits={logits}")
    x = convert_to_tensor(logits)
    z = convert_to_tensor(labels)
    _same_shape(z, x)
    # where() rather than max() and abs(): the derivative at 0 is then 1/2 - labels
    positive = greater_equal(x, filling.zeros_like(x))
    ramp = where(positive, x, filling.zeros_like(x))
    minus_magnitude = where(positive, negative(x), x)
    return add(subtract(ramp, multiply(x, z)), log1p(exp(minus_magnitude)), name=name)


def weighted_cross_entropy_with_logits(
    labels: TensorLike, logits: TensorLike, pos_weight: TensorLike, name: str | None = None
) -> Tensor:
    """``sigmoid_cross_entropy_with_logits`` with the term of positive examples multiplied by ``pos_weight``.

    Raises:
        ValueError: If the shapes of labels and logits differ.
    """
    x = convert_to_tensor(logits)
    z = convert_to_tensor(labels)
    _same_shape(z, x)
    one = convert_to_tensor(1, dtype=x.dtype)
    weight = add(one, multiply(subtract(convert_to_tensor(pos_weight, dtype_hint=x.dtype), one), z))
    ramp = maximum(negative(x), convert_to_tensor(0, dtype=x.dtype))
    tail = add(log1p(exp(negative(abs(x)))), ramp)
    return add(multiply(subtract(one, z), x), multiply(weight, tail), name=name)
