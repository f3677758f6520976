"""Gradients of ``flowstone_core.ops.elementary``: ``dy`` times the conjugate of the derivative."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import elementary as ops
from flowstone_core.ops.activations import SOFTPLUS_GRAD
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import not_equal
from flowstone_core.ops.elementary import cos, cosh, exp, rsqrt, sin, sinh, xdivy, xlog1py, xlogy
from flowstone_core.ops.math import add, divide, multiply, negative, reciprocal, square, subtract
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.conjugate import conj
from flowstone_autodiff.registry import Call, gradient

Pair = tuple[Any, Any]

# -- exponentials, logarithms, roots -------------------------------------------------------------------------------


@gradient(ops.EXP)
def exp_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = eˣ``: ``dy y``."""
    return multiply(dy, conj(call.output))


@gradient(ops.EXPM1)
def expm1_gradient(call: Call, dy: Tensor) -> Tensor:
    """``eˣ - 1``: ``dy eˣ``."""
    return multiply(dy, exp(conj(call.inputs[0])))


@gradient(ops.LOG)
def log_gradient(call: Call, dy: Tensor) -> Tensor:
    """``log x``: ``dy / x``."""
    return multiply(dy, reciprocal(conj(call.inputs[0])))


@gradient(ops.LOG1P)
def log1p_gradient(call: Call, dy: Tensor) -> Tensor:
    """``log(1 + x)``: ``dy / (1 + x)``."""
    return multiply(dy, reciprocal(add(conj(call.inputs[0]), 1)))


@gradient(ops.SQRT)
def sqrt_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = √x``: ``dy / 2y``."""
    result: Tensor = ops.SQRT_GRAD(call.output, dy)
    return result


@gradient(ops.SQRT_GRAD)
def sqrt_grad_gradient(call: Call, dz: Tensor) -> Pair:
    """``z = dy / 2y``: ``-z dz / y`` and ``dz / 2y``."""
    y = call.inputs[0]
    ratio = divide(dz, y)
    return multiply(negative(conj(ratio)), call.output), multiply(ratio, 0.5)


@gradient(ops.RSQRT)
def rsqrt_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = x^(-1/2)``: ``-dy y³ / 2``."""
    result: Tensor = ops.RSQRT_GRAD(call.output, dy)
    return result


@gradient(ops.RSQRT_GRAD)
def rsqrt_grad_gradient(call: Call, dz: Tensor) -> Pair:
    """``z = -dy y³ / 2``: ``-3/2 dy y² dz`` and ``-y³ dz / 2``."""
    y, dy = conj(call.inputs[0]), call.inputs[1]
    return multiply(multiply(multiply(conj(dz), -1.5), dy), square(y)), ops.RSQRT_GRAD(y, dz)


@gradient(ops.XDIVY)
def xdivy_gradient(call: Call, dy: Tensor) -> Pair:
    """``x / y``, 0 where ``x`` is 0: ``dy / y`` and ``-dy x / y²``, both 0 there."""
    x, y = conj(call.inputs[0]), conj(call.inputs[1])
    by_x, by_y = xdivy(_not_zero(x), y), xdivy(negative(x), square(y))
    return unbroadcast(multiply(by_x, dy), x, y), unbroadcast(multiply(by_y, dy), y, x)


@gradient(ops.XLOGY)
def xlogy_gradient(call: Call, dy: Tensor) -> Pair:
    """``x log y``, 0 where ``x`` is 0: ``dy log y`` and ``dy x / y``, both 0 there."""
    x, y = conj(call.inputs[0]), conj(call.inputs[1])
    by_x, by_y = xlogy(_not_zero(x), y), xdivy(x, y)
    return unbroadcast(multiply(by_x, dy), x, y), unbroadcast(multiply(by_y, dy), y, x)


@gradient(ops.XLOG1PY)
def xlog1py_gradient(call: Call, dy: Tensor) -> Pair:
    """``x log(1 + y)``, 0 where ``x`` is 0: ``dy log(1 + y)`` and ``dy x / (1 + y)``, both 0 there."""
    x, y = conj(call.inputs[0]), conj(call.inputs[1])
    by_x, by_y = xlog1py(_not_zero(x), y), xdivy(x, add(y, 1))
    return unbroadcast(multiply(by_x, dy), x, y), unbroadcast(multiply(by_y, dy), y, x)


def _not_zero(x: Tensor) -> Any:
    """1 where ``x`` is not 0, else 0."""
    return cast(not_equal(x, 0), x.dtype)


# -- trigonometric functions ---------------------------------------------------------------------------------------


@gradient(ops.SIN)
def sin_gradient(call: Call, dy: Tensor) -> Tensor:
    """``sin x``: ``dy cos x``."""
    return multiply(dy, cos(conj(call.inputs[0])))


@gradient(ops.COS)
def cos_gradient(call: Call, dy: Tensor) -> Tensor:
    """``cos x``: ``-dy sin x``."""
    return multiply(negative(dy), sin(conj(call.inputs[0])))


@gradient(ops.TAN)
def tan_gradient(call: Call, dy: Tensor) -> Tensor:
    """``tan x``: ``dy / cos² x``."""
    return multiply(dy, square(reciprocal(cos(conj(call.inputs[0])))))


@gradient(ops.ASIN)
def asin_gradient(call: Call, dy: Tensor) -> Tensor:
    """``asin x``: ``dy / √(1 - x²)``."""
    return multiply(dy, rsqrt(1 - square(conj(call.inputs[0]))))


@gradient(ops.ACOS)
def acos_gradient(call: Call, dy: Tensor) -> Tensor:
    """``acos x``: ``-dy / √(1 - x²)``."""
    return multiply(negative(dy), rsqrt(1 - square(conj(call.inputs[0]))))


@gradient(ops.ATAN)
def atan_gradient(call: Call, dy: Tensor) -> Tensor:
    """``atan x``: ``dy / (1 + x²)``."""
    return multiply(dy, reciprocal(add(square(conj(call.inputs[0])), 1)))


@gradient(ops.ATAN2)
def atan2_gradient(call: Call, dz: Tensor) -> Pair:
    """``atan2(y, x)``: ``dz x / (x² + y²)`` and ``-dz y / (x² + y²)``."""
    y, x = call.inputs
    scaled = divide(dz, add(square(x), square(y)))
    return unbroadcast(multiply(x, scaled), y, x), unbroadcast(multiply(negative(y), scaled), x, y)


# -- hyperbolic functions ------------------------------------------------------------------------------------------


@gradient(ops.SINH)
def sinh_gradient(call: Call, dy: Tensor) -> Tensor:
    """``sinh x``: ``dy cosh x``."""
    return multiply(dy, cosh(conj(call.inputs[0])))


@gradient(ops.COSH)
def cosh_gradient(call: Call, dy: Tensor) -> Tensor:
    """``cosh x``: ``dy sinh x``."""
    return multiply(dy, sinh(conj(call.inputs[0])))


@gradient(ops.TANH)
def tanh_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = tanh x``: ``dy (1 - y²)``."""
    result: Tensor = ops.TANH_GRAD(call.output, dy)
    return result


@gradient(ops.TANH_GRAD)
def tanh_grad_gradient(call: Call, dz: Tensor) -> Pair:
    """``z = dy (1 - y²)``: ``-2 y dy dz`` and ``(1 - y²) dz``."""
    y, dy = conj(call.inputs[0]), call.inputs[1]
    return multiply(multiply(multiply(conj(dz), -2), dy), y), ops.TANH_GRAD(y, dz)


@gradient(ops.ASINH)
def asinh_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = asinh x``: ``dy / cosh y``."""
    return divide(dy, cosh(conj(call.output)))


@gradient(ops.ACOSH)
def acosh_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = acosh x``: ``dy / sinh y``."""
    return divide(dy, sinh(conj(call.output)))


@gradient(ops.ATANH)
def atanh_gradient(call: Call, dy: Tensor) -> Tensor:
    """``atanh x``: ``dy / (1 - x²)``."""
    return multiply(dy, reciprocal(1 - square(conj(call.inputs[0]))))


# -- sigmoids ------------------------------------------------------------------------------------------------------


@gradient(ops.SIGMOID)
def sigmoid_gradient(call: Call, dy: Tensor) -> Tensor:
    """``y = 1 / (1 + e⁻ˣ)``: ``dy y (1 - y)``."""
    result: Tensor = ops.SIGMOID_GRAD(call.output, dy)
    return result


@gradient(ops.SIGMOID_GRAD)
def sigmoid_grad_gradient(call: Call, dz: Tensor) -> Pair:
    """``z = dy y (1 - y)``: ``(1 - 2y) dy dz`` and ``y (1 - y) dz``."""
    y, dy = conj(call.inputs[0]), call.inputs[1]
    product = multiply(conj(dz), dy)
    return subtract(product, multiply(multiply(product, 2), y)), ops.SIGMOID_GRAD(y, dz)


@gradient(ops.SOFTPLUS)
def softplus_gradient(call: Call, dy: Tensor) -> Tensor:
    """``log(1 + eˣ)``: ``dy / (1 + e⁻ˣ)``."""
    result: Tensor = SOFTPLUS_GRAD(dy, call.inputs[0])
    return result
