"""Batching of ``flowstone_core.ops.softmax``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import softmax as ops
from flowstone_core.ops.array import reshape
from flowstone_core.tensor import Tensor

from flowstone_autodiff.batch_registry import BatchCall, batch, elementwise
from flowstone_autodiff.static import product, sizes

elementwise(ops.LOG_SOFTMAX, ops.SOFTMAX)


def _joined(x: Tensor) -> Any:
    """The first two dimensions as one."""
    first, second, *rest = sizes(x)
    return reshape(x, [product([first, second]), *rest])


def _parted(x: Tensor, like: Tensor) -> Any:
    """The first dimension as the first two of ``like``."""
    return reshape(x, [*sizes(like)[:2], *sizes(x)[1:]])


@batch(ops.SOFTMAX_CROSS_ENTROPY, ops.SPARSE_SOFTMAX_CROSS_ENTROPY)
def cross_entropy(call: BatchCall) -> Any:
    """The rows of all elements, one after the other."""
    logits, labels = call.full(0), call.full(1)
    if call.op is ops.SOFTMAX_CROSS_ENTROPY and sizes(logits)[1:] != sizes(labels)[1:]:
        return NotImplemented
    loss, backprop = call.op(_joined(logits), _joined(labels))
    return _parted(loss, logits), _parted(backprop, logits)
