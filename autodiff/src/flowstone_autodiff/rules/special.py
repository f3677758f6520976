"""Gradients of ``flowstone_core.ops.special``."""

from __future__ import annotations

import math as python_math

from flowstone_core.ops import special as ops
from flowstone_core.ops.elementary import exp
from flowstone_core.ops.filling import ones_like
from flowstone_core.ops.incomplete import polygamma
from flowstone_core.ops.math import multiply, negative, square
from flowstone_core.ops.special import digamma
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient

_TWO_OVER_ROOT_PI = 2 / python_math.sqrt(python_math.pi)


@gradient(ops.ERF)
def erf_gradient(call: Call, dy: Tensor) -> Tensor:
    """``dy 2/√π exp(-x²)``."""
    return multiply(dy, multiply(exp(negative(square(call.inputs[0]))), _TWO_OVER_ROOT_PI))


@gradient(ops.ERFC)
def erfc_gradient(call: Call, dy: Tensor) -> Tensor:
    """``-dy 2/√π exp(-x²)``."""
    return multiply(dy, multiply(exp(negative(square(call.inputs[0]))), -_TWO_OVER_ROOT_PI))


@gradient(ops.ERFINV)
def erfinv_gradient(call: Call, dy: Tensor) -> Tensor:
    """``dy √π/2 exp(y²)``."""
    return multiply(dy, multiply(exp(square(call.output)), 1 / _TWO_OVER_ROOT_PI))


@gradient(ops.NDTRI)
def ndtri_gradient(call: Call, dy: Tensor) -> Tensor:
    """``dy √(2π) exp(y²/2)``."""
    slope = multiply(exp(multiply(square(call.output), 0.5)), python_math.sqrt(2 * python_math.pi))
    return multiply(dy, slope)


@gradient(ops.LGAMMA)
def lgamma_gradient(call: Call, dy: Tensor) -> Tensor:
    """``dy ψ(x)``."""
    return multiply(dy, digamma(call.inputs[0]))


@gradient(ops.DIGAMMA)
def digamma_gradient(call: Call, dy: Tensor) -> Tensor:
    """``dy ψ'(x)``, the polygamma function of order 1."""
    x = call.inputs[0]
    return multiply(dy, polygamma(ones_like(x), x))
