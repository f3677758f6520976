"""Gradients of ``flowstone_core.ops.softmax``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import softmax as ops
from flowstone_core.ops.array import expand_dims
from flowstone_core.ops.elementary import exp
from flowstone_core.ops.math import add, multiply, negative, subtract
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.registry import Call, gradient


@gradient(ops.SOFTMAX)
def softmax_gradient(call: Call, dy: Tensor) -> Tensor:
    """``yᵢ = exp(xᵢ) / Σ exp(xⱼ)``: ``(dy - Σ dy y) y``."""
    return _through_softmax(call.output, dy)


def _through_softmax(y: Tensor, dy: Tensor) -> Tensor:
    return multiply(subtract(dy, reduce_sum(multiply(dy, y), -1, keepdims=True)), y)


@gradient(ops.LOG_SOFTMAX)
def log_softmax_gradient(call: Call, dy: Tensor) -> Tensor:
    """``yᵢ = xᵢ - log Σ exp(xⱼ)``: ``dy - exp(y) Σ dy``."""
    return subtract(dy, multiply(exp(call.output), reduce_sum(dy, -1, keepdims=True)))


@gradient(ops.SOFTMAX_CROSS_ENTROPY, missing=True)
def cross_entropy_gradient(call: Call, d_loss: Any, d_backprop: Any) -> tuple[Any, Any]:
    """``loss = -Σ labels log softmax(x)``, whose derivative ``softmax(x) - labels`` is the other output.

    That output has a gradient only in derivatives of derivatives.
    """
    logits, labels = call.inputs
    by_logits = by_labels = None
    if d_loss is not None:
        rows = expand_dims(d_loss, -1)
        by_logits = multiply(rows, call.outputs[1])
        by_labels = multiply(rows, negative(ops.log_softmax(logits))) if call.wants(1) else None
    if d_backprop is not None:
        by_logits = _plus(by_logits, _through_softmax(ops.softmax(logits), d_backprop))
        by_labels = subtract(by_labels, d_backprop) if by_labels is not None else negative(d_backprop)
    return (
        None if by_logits is None else unbroadcast(by_logits, logits),
        None if by_labels is None else unbroadcast(by_labels, labels),
    )


@gradient(ops.SPARSE_SOFTMAX_CROSS_ENTROPY, missing=True)
def sparse_cross_entropy_gradient(call: Call, d_loss: Any, d_backprop: Any) -> tuple[Any, None]:
    """``loss = -log softmax(x)[label]``, whose derivative ``softmax(x) - onehot(label)`` is the other output."""
    by_logits = None if d_loss is None else multiply(expand_dims(d_loss, -1), call.outputs[1])
    if d_backprop is not None:
        by_logits = _plus(by_logits, _through_softmax(ops.softmax(call.inputs[0]), d_backprop))
    return by_logits, None


def _plus(a: Any, b: Tensor) -> Tensor:
    return b if a is None else add(a, b)
