"""Gradients of ``flowstone_core.ops.activations``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import activations as ops
from flowstone_core.ops.compare import less
from flowstone_core.ops.elementary import exp
from flowstone_core.ops.filling import zeros_like
from flowstone_core.ops.math import abs as absolute
from flowstone_core.ops.math import add, divide, multiply, negative, pow, sign
from flowstone_core.ops.selection import SELECT_V2 as WHERE
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient

Pair = tuple[Any, Any]

# -- piecewise linear ----------------------------------------------------------------------------------------------


@gradient(ops.RELU)
def relu_gradient(call: Call, dy: Tensor) -> Any:
    """``dy`` where ``y > 0``."""
    return ops.RELU_GRAD(dy, call.output)


@gradient(ops.RELU_GRAD)
def relu_grad_gradient(call: Call, dz: Tensor) -> Pair:
    """``z = dy [x > 0]``: linear in ``dy``, constant in ``x`` piece by piece."""
    x = call.inputs[1]
    return ops.RELU_GRAD(dz, x), zeros_like(x)


@gradient(ops.RELU6)
def relu6_gradient(call: Call, dy: Tensor) -> Any:
    """``dy`` where ``0 < y < 6``."""
    return ops.RELU6_GRAD(dy, call.output)


@gradient(ops.RELU6_GRAD)
def relu6_grad_gradient(call: Call, dz: Tensor) -> Pair:
    """``z = dy [0 < x < 6]``: linear in ``dy``, constant in ``x`` piece by piece."""
    x = call.inputs[1]
    return ops.RELU6_GRAD(dz, x), zeros_like(x)


@gradient(ops.LEAKY_RELU)
def leaky_relu_gradient(call: Call, dy: Tensor) -> Any:
    """``dy`` where ``x > 0``, else ``alpha dy``."""
    return ops.LEAKY_RELU_GRAD(dy, call.inputs[0], alpha=call.attrs["alpha"])


@gradient(ops.LEAKY_RELU_GRAD)
def leaky_relu_grad_gradient(call: Call, dz: Tensor) -> Pair:
    """Linear in ``dy``, constant in ``x`` piece by piece."""
    x = call.inputs[1]
    return ops.LEAKY_RELU_GRAD(dz, x, alpha=call.attrs["alpha"]), zeros_like(x)


# -- exponential ---------------------------------------------------------------------------------------------------


@gradient(ops.ELU)
def elu_gradient(call: Call, dy: Tensor) -> Any:
    """``dy`` where ``y > 0``, else ``dy (y + 1)``."""
    return ops.ELU_GRAD(dy, call.output)


@gradient(ops.SELU)
def selu_gradient(call: Call, dy: Tensor) -> Any:
    """``dy`` times the scale where ``y > 0``, else ``dy (y + scale alpha)``."""
    return ops.SELU_GRAD(dy, call.output)


@gradient(ops.ELU_GRAD, ops.SELU_GRAD)
def elu_grad_gradient(call: Call, dz: Tensor) -> Pair:
    """``z = dy (y + c)`` where ``y < 0``: ``dz (y + c)`` and ``dz dy``."""
    dy, y = call.inputs
    return call.op(dz, y), WHERE(less(y, 0), multiply(dz, dy), zeros_like(y))


@gradient(ops.SOFTPLUS_GRAD)
def softplus_grad_gradient(call: Call, dz: Tensor) -> Pair:
    """``z = dy / (1 + e⁻ˣ)``: ``dz / (1 + e⁻ˣ)`` and ``dz dy / (e⁻ˣ + 2 + eˣ)``."""
    dy, x = call.inputs
    return ops.SOFTPLUS_GRAD(dz, x), divide(multiply(dz, dy), add(add(exp(negative(x)), 2), exp(x)))


# -- softsign ------------------------------------------------------------------------------------------------------


@gradient(ops.SOFTSIGN)
def softsign_gradient(call: Call, dy: Tensor) -> Any:
    """``x / (1 + |x|)``: ``dy / (1 + |x|)²``."""
    return ops.SOFTSIGN_GRAD(dy, call.inputs[0])


@gradient(ops.SOFTSIGN_GRAD)
def softsign_grad_gradient(call: Call, dz: Tensor) -> Pair:
    """``z = dy / (1 + |x|)²``: ``dz / (1 + |x|)²`` and ``-2 sign(x) dz dy / (1 + |x|)³``."""
    dy, x = call.inputs
    slope = divide(multiply(multiply(dz, dy), multiply(sign(x), -2)), pow(add(absolute(x), 1), 3))
    return ops.SOFTSIGN_GRAD(dz, x), slope
