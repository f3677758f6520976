"""Numpy kernels of ``flowstone_core.ops.activations``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.ops import activations as ops

KERNELS = KernelSet()

# Klambauer et al., Self-Normalizing Neural Networks, 2017, appendix A1.
_SELU_SCALE = 1.0507009873554804934193349852946
_SELU_SCALE_ALPHA = 1.7580993408473768599402175208123


@KERNELS.add(ops.RELU, out=True, elementwise=True)
def relu(features: Any, out: Any = None) -> Any:
    """The positive part; nan stays."""
    return np.maximum(features, features.dtype.type(0), out=out)


@KERNELS.add(ops.RELU6, elementwise=True)
def relu6(features: Any) -> Any:
    """The part between 0 and 6; nan stays."""
    kind = features.dtype.type
    return np.minimum(np.maximum(features, kind(0)), kind(6))


@KERNELS.add(ops.RELU_GRAD, elementwise=True)
def relu_grad(gradients: Any, features: Any) -> Any:
    """The gradient where features are positive."""
    zero = gradients.dtype.type(0)
    return np.where(features > zero, gradients, zero)


@KERNELS.add(ops.RELU6_GRAD, elementwise=True)
def relu6_grad(gradients: Any, features: Any) -> Any:
    """The gradient where features are between 0 and 6."""
    kind = gradients.dtype.type
    return np.where((features > kind(0)) & (features < kind(6)), gradients, kind(0))


@add_with_narrow(KERNELS, ops.LEAKY_RELU, elementwise=True)
def leaky_relu(features: Any, *, alpha: float) -> Any:
    """A smaller slope below zero."""
    return np.where(features > 0, features, features * features.dtype.type(alpha))


@add_with_narrow(KERNELS, ops.LEAKY_RELU_GRAD, elementwise=True)
def leaky_relu_grad(gradients: Any, features: Any, *, alpha: float) -> Any:
    """A smaller gradient below zero."""
    return np.where(features > 0, gradients, gradients * gradients.dtype.type(alpha))


@add_with_narrow(KERNELS, ops.ELU, elementwise=True)
def elu(features: Any) -> Any:
    """``exp(x) - 1`` below zero."""
    return np.where(features < 0, np.expm1(features), features)


@add_with_narrow(KERNELS, ops.ELU_GRAD, elementwise=True)
def elu_grad(gradients: Any, outputs: Any) -> Any:
    """``exp(x) = y + 1`` below zero."""
    return np.where(outputs < 0, gradients * (outputs + 1), gradients)


@add_with_narrow(KERNELS, ops.SELU, elementwise=True)
def selu(features: Any) -> Any:
    """``elu``, scaled on both sides."""
    kind = features.dtype.type
    return np.where(features < 0, kind(_SELU_SCALE_ALPHA) * np.expm1(features), kind(_SELU_SCALE) * features)


@add_with_narrow(KERNELS, ops.SELU_GRAD, elementwise=True)
def selu_grad(gradients: Any, outputs: Any) -> Any:
    """``scale · alpha · exp(x) = y + scale · alpha`` below zero."""
    kind = gradients.dtype.type
    return gradients * np.where(outputs < 0, outputs + kind(_SELU_SCALE_ALPHA), kind(_SELU_SCALE))


@add_with_narrow(KERNELS, ops.SOFTPLUS_GRAD, elementwise=True)
def softplus_grad(gradients: Any, features: Any) -> Any:
    """``sigmoid(x)``."""
    return gradients / (np.exp(-features) + 1)


@add_with_narrow(KERNELS, ops.SOFTSIGN, elementwise=True)
def softsign(features: Any) -> Any:
    """``x / (1 + |x|)``."""
    return features / (np.abs(features) + 1)


@add_with_narrow(KERNELS, ops.SOFTSIGN_GRAD, elementwise=True)
def softsign_grad(gradients: Any, features: Any) -> Any:
    """``1 / (1 + |x|)²``."""
    return gradients / np.square(np.abs(features) + 1)
