"""Gradients of ``flowstone_core.ops.bessel``."""

from __future__ import annotations

import math as python_math

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.ops import bessel as ops
from flowstone_core.ops.compare import equal
from flowstone_core.ops.elementary import cos, exp, log, sin
from flowstone_core.ops.filling import ones_like
from flowstone_core.ops.math import add, divide, multiply, negative, sign, square, subtract
from flowstone_core.ops.selection import SELECT_V2 as WHERE
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient

# -- modified Bessel functions -------------------------------------------------------------------------------------


def _over(y: Tensor, x: Tensor, limit: float) -> Tensor:
    """``y / x``, and ``limit`` where ``x`` is 0; finite there also when it is differentiated."""
    at_zero = equal(x, 0)
    ratio = divide(y, WHERE(at_zero, ones_like(x), x))
    result: Tensor = WHERE(at_zero, convert_to_tensor(limit, dtype=x.dtype), ratio)
    return result


@gradient(ops.BESSEL_I0)
def bessel_i0_gradient(call: Call, dy: Tensor) -> Tensor:
    """``dy I₁(x)``."""
    return multiply(dy, ops.bessel_i1(call.inputs[0]))


@gradient(ops.BESSEL_I0E)
def bessel_i0e_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = e^-|x| I₀(x)``: ``dy (e^-|x| I₁(x) - sign(x) y)``."""
    x = call.inputs[0]
    return multiply(dy, subtract(ops.bessel_i1e(x), multiply(sign(x), call.output)))


@gradient(ops.BESSEL_I1)
def bessel_i1_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = I₁(x)``: ``dy (I₀(x) - y/x)``, of which ``y/x`` goes to 1/2 at 0."""
    x = call.inputs[0]
    return multiply(dy, subtract(ops.bessel_i0(x), _over(call.output, x, 0.5)))


@gradient(ops.BESSEL_I1E)
def bessel_i1e_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = e^-|x| I₁(x)``: ``dy (e^-|x| I₀(x) - sign(x) y - y/x)``."""
    x, y = call.inputs[0], call.output
    slope = subtract(subtract(ops.bessel_i0e(x), multiply(sign(x), y)), _over(y, x, 0.5))
    return multiply(dy, slope)


@gradient(ops.BESSEL_K0)
def bessel_k0_gradient(call: Call, dy: Tensor) -> Tensor:
    """``-dy K₁(x)``."""
    return multiply(dy, negative(ops.bessel_k1(call.inputs[0])))


@gradient(ops.BESSEL_K0E)
def bessel_k0e_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = eˣ K₀(x)``: ``dy (y - eˣ K₁(x))``."""
    return multiply(dy, subtract(call.output, ops.bessel_k1e(call.inputs[0])))


@gradient(ops.BESSEL_K1)
def bessel_k1_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = K₁(x)``: ``-dy (K₀(x) + y/x)``."""
    x = call.inputs[0]
    return multiply(dy, negative(add(ops.bessel_k0(x), divide(call.output, x))))


@gradient(ops.BESSEL_K1E)
def bessel_k1e_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = eˣ K₁(x)``: ``dy (y - y/x - eˣ K₀(x))``."""
    x, y = call.inputs[0], call.output
    return multiply(dy, subtract(subtract(y, divide(y, x)), ops.bessel_k0e(x)))


# -- Bessel functions ----------------------------------------------------------------------------------------------


@gradient(ops.BESSEL_J0)
def bessel_j0_gradient(call: Call, dy: Tensor) -> Tensor:
    """``-dy J₁(x)``."""
    return multiply(dy, negative(ops.bessel_j1(call.inputs[0])))


@gradient(ops.BESSEL_J1)
def bessel_j1_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = J₁(x)``: ``dy (J₀(x) - y/x)``, of which ``y/x`` goes to 1/2 at 0."""
    x = call.inputs[0]
    return multiply(dy, subtract(ops.bessel_j0(x), _over(call.output, x, 0.5)))


@gradient(ops.BESSEL_Y0)
def bessel_y0_gradient(call: Call, dy: Tensor) -> Tensor:
    """``-dy Y₁(x)``."""
    return multiply(dy, negative(ops.bessel_y1(call.inputs[0])))


@gradient(ops.BESSEL_Y1)
def bessel_y1_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = Y₁(x)``: ``dy (Y₀(x) - y/x)``."""
    x = call.inputs[0]
    return multiply(dy, subtract(ops.bessel_y0(x), divide(call.output, x)))


# -- integrals -----------------------------------------------------------------------------------------------------


@gradient(ops.DAWSN)
def dawsn_gradient(call: Call, dy: Tensor) -> Tensor:
    """``dy (1 - 2xy)``."""
    return multiply(dy, 1.0 - multiply(multiply(call.inputs[0], 2.0), call.output))


@gradient(ops.EXPINT)
def expint_gradient(call: Call, dy: Tensor) -> Tensor:
    """``dy eˣ/x``."""
    x = call.inputs[0]
    return multiply(dy, divide(exp(x), x))


@gradient(ops.FRESNEL_COS)
def fresnel_cos_gradient(call: Call, dy: Tensor) -> Tensor:
    """``dy cos(πx²/2)``."""
    return multiply(dy, cos(multiply(square(call.inputs[0]), python_math.pi / 2)))


@gradient(ops.FRESNEL_SIN)
def fresnel_sin_gradient(call: Call, dy: Tensor) -> Tensor:
    """``dy sin(πx²/2)``."""
    return multiply(dy, sin(multiply(square(call.inputs[0]), python_math.pi / 2)))


@gradient(ops.SPENCE)
def spence_gradient(call: Call, dy: Tensor) -> Tensor:
    """``-dy log(x) / (x - 1)``, which goes to -1 at 1."""
    x = call.inputs[0]
    return multiply(dy, negative(_over(log(x), subtract(x, 1.0), 1.0)))
