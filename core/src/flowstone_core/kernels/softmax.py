"""Numpy kernels of ``flowstone_core.ops.softmax``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.ops import softmax as ops

KERNELS = KernelSet()


def _shifted(logits: Any) -> Any:
    """The logits less their largest, so that the largest exponential is 1."""
    if logits.ndim == 0:
        raise SpecError("Softmax takes a tensor with at least one dimension, got a scalar.")
    if logits.shape[-1] == 0:
        return logits.copy()
    return np.subtract(logits, np.maximum.reduce(logits, axis=-1, keepdims=True))


@add_with_narrow(KERNELS, ops.SOFTMAX)
def softmax(logits: Any) -> Any:
    """Exponentials over their sum."""
    result = _shifted(logits)
    np.exp(result, out=result)
    result /= np.add.reduce(result, axis=-1, keepdims=True)
    return result


@add_with_narrow(KERNELS, ops.LOG_SOFTMAX)
def log_softmax(logits: Any) -> Any:
    """Logits less the logarithm of the sum of exponentials."""
    result = _shifted(logits)
    result -= np.log(np.add.reduce(np.exp(result), axis=-1, keepdims=True))
    return result


@add_with_narrow(KERNELS, ops.SOFTMAX_CROSS_ENTROPY)
def softmax_cross_entropy(features: Any, labels: Any) -> Any:
    """The losses, and their derivatives with respect to the logits: softmax less labels."""
    if features.ndim != 2 or labels.ndim != 2:
        raise ValueError("logits and labels must be matrices")
    features, labels = np.broadcast_arrays(features, labels)
    shifted = _shifted(features)
    exponentials = np.exp(shifted)
    total = np.add.reduce(exponentials, axis=-1, keepdims=True)
    loss = np.add.reduce(labels * (np.log(total) - shifted), axis=-1)
    exponentials /= total
    exponentials -= labels
    return loss, exponentials


@add_with_narrow(KERNELS, ops.SPARSE_SOFTMAX_CROSS_ENTROPY)
def sparse_softmax_cross_entropy(features: Any, labels: Any) -> Any:
    """The losses, and their derivatives with respect to the logits."""
    if features.ndim != 2 or labels.ndim != 1 or features.shape[0] != labels.shape[0]:
        raise ValueError("logits must be a matrix with as many rows as there are labels")
    classes = features.shape[1]
    if labels.size and not (labels.min() >= 0 and labels.max() < classes):
        bad = int(labels[(labels < 0) | (labels >= classes)][0])
        raise InvalidArgumentError(
            None, None, f"Received a label value of {bad} which is outside the valid range of [0, {classes})."
        )
    shifted = _shifted(features)
    exponentials = np.exp(shifted)
    total = np.add.reduce(exponentials, axis=-1, keepdims=True)
    rows = np.arange(labels.shape[0])
    loss = np.log(total[:, 0]) - shifted[rows, labels]
    exponentials /= total
    exponentials[rows, labels] -= 1
    return loss, exponentials
