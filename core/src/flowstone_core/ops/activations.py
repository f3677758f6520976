"""Activation functions of neural networks, element by element."""

from __future__ import annotations

import math as python_math
from typing import Any

import numpy as np

from flowstone_core import infer
from flowstone_core.composite import is_composite
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import float32
from flowstone_core.op import Op
from flowstone_core.ops.cast import cast
from flowstone_core.ops.elementary import SOFTPLUS, sigmoid, tanh
from flowstone_core.ops.joining import concat
from flowstone_core.ops.math import add, multiply, negative, pow
from flowstone_core.ops.special import erfc
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.typelists import FLOATS, REALS

_ALPHA = "alpha: float = 0.20000000298023224"
_LEAKY_TYPES = f"{FLOATS} = DT_FLOAT"


def _activation(name: str, *attrs: str) -> Op:
    return Op(name, ("features: T",), ("activations: T",), attrs, infer=infer.unchanged)


def _gradient(name: str, of: str, *attrs: str) -> Op:
    return Op(name, ("gradients: T", f"{of}: T"), ("backprops: T",), attrs, infer=infer.unchanged)


RELU = _activation("Relu", f"{REALS[:-1]}, qint8}}")
RELU6 = _activation("Relu6", REALS)
LEAKY_RELU = _activation("LeakyRelu", _ALPHA, _LEAKY_TYPES)
ELU, SELU, SOFTSIGN = (_activation(name, FLOATS) for name in ("Elu", "Selu", "Softsign"))

RELU_GRAD = _gradient("ReluGrad", "features", REALS)
RELU6_GRAD = _gradient("Relu6Grad", "features", REALS)
LEAKY_RELU_GRAD = _gradient("LeakyReluGrad", "features", _ALPHA, _LEAKY_TYPES)
ELU_GRAD, SELU_GRAD = (_gradient(name, "outputs", FLOATS) for name in ("EluGrad", "SeluGrad"))
SOFTPLUS_GRAD, SOFTSIGN_GRAD = (_gradient(name, "features", FLOATS) for name in ("SoftplusGrad", "SoftsignGrad"))


def relu(features: TensorLike, name: str | None = None) -> Tensor:
    """``max(x, 0)``.

    >>> tf.nn.relu([-2., 0., 3.]).numpy()
    array([0., 0., 3.], dtype=float32)
    """
    return RELU(features, name=name)


def relu6(features: TensorLike, name: str | None = None) -> Tensor:
    """``min(max(x, 0), 6)``."""
    return RELU6(features, name=name)


def leaky_relu(features: TensorLike, alpha: Any = 0.2, name: str | None = None) -> Tensor:
    """``x`` where it is positive, ``alpha · x`` elsewhere; integers become float32."""
    if not is_composite(features):
        features = convert_to_tensor(features)
    if features.dtype.is_integer:
        features = cast(features, float32)
    if isinstance(alpha, np.ndarray):
        alpha = alpha.item()
    return LEAKY_RELU(features, alpha=alpha, name=name)


def elu(features: TensorLike, name: str | None = None) -> Tensor:
    """``x`` where it is positive, ``exp(x) - 1`` elsewhere (exponential linear unit)."""
    return ELU(features, name=name)


def selu(features: TensorLike, name: str | None = None) -> Tensor:
    """``1.0507 x`` where ``x`` is positive, ``1.7581 (exp(x) - 1)`` elsewhere (scaled exponential linear unit).

    See Klambauer et al., Self-Normalizing Neural Networks, 2017.
    """
    return SELU(features, name=name)


def softplus(features: TensorLike, name: str | None = None) -> Tensor:
    """``log(1 + exp(x))``, without overflow."""
    return SOFTPLUS(features, name=name)


def softsign(features: TensorLike, name: str | None = None) -> Tensor:
    """``x / (1 + |x|)``."""
    return SOFTSIGN(features, name=name)


def gelu(features: TensorLike, approximate: bool = False, name: str | None = None) -> Tensor:
    """``x · P(X <= x)`` for a standard normal ``X`` (Gaussian error linear unit).

    >>> tf.nn.gelu([0., 1.]).numpy()
    array([0.        , 0.84134], dtype=float32)

    Args:
        features: A floating point tensor.
        approximate: Whether to use ``x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))``.
        name: A name for the result in a graph.

    Raises:
        ValueError: If the tensor is not of floating point type.
    """
    x = features if is_composite(features) else convert_to_tensor(features)
    if not x.dtype.is_floating:
        raise ValueError(f"`features.dtype` must be a floating point tensor. Received: features.dtype={x.dtype}")

    def number(value: float) -> Tensor:  # of float32 precision whatever the type, as in TensorFlow
        return convert_to_tensor(float(np.float32(value)), dtype=x.dtype)

    if approximate:
        cubic = add(x, multiply(number(0.044715), pow(x, number(3))))
        twice = add(number(1), tanh(multiply(number(python_math.sqrt(2 / python_math.pi)), cubic)))
    else:
        twice = erfc(multiply(negative(x), number(python_math.sqrt(0.5))))
    return multiply(multiply(number(0.5), x), twice, name=name)


def silu(features: TensorLike, beta: Any = 1.0) -> Tensor:
    """``x · sigmoid(beta · x)``; also called swish.

    Args:
        features: A floating point tensor.
        beta: A number or a tensor that broadcasts.
    """
    x = features if is_composite(features) else convert_to_tensor(features)
    return multiply(x, sigmoid(multiply(convert_to_tensor(beta, dtype=x.dtype), x)))


def crelu(features: TensorLike, axis: int = -1, name: str | None = None) -> Tensor:
    """The positive part and the negative part, joined along ``axis``: ``[relu(x), relu(-x)]``."""
    x = convert_to_tensor(features)
    return RELU(concat([x, negative(x)], axis), name=name)
