"""Gradients of ``flowstone_core.ops.math``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import math as ops
from flowstone_core.ops.compare import greater, greater_equal, less_equal, not_equal
from flowstone_core.ops.complex import complex as complex_of
from flowstone_core.ops.elementary import log
from flowstone_core.ops.filling import ones_like, zeros_like
from flowstone_core.ops.math import (
    add,
    divide,
    divide_no_nan,
    floordiv,
    multiply,
    multiply_no_nan,
    negative,
    sign,
    subtract,
)
from flowstone_core.ops.math import pow as power
from flowstone_core.ops.selection import SELECT_V2 as WHERE
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.conjugate import conj
from flowstone_autodiff.registry import Call, gradient, not_differentiable

Pair = tuple[Any, Any]

not_differentiable(ops.CEIL, ops.FLOOR, ops.FLOOR_DIV, ops.RINT, ops.ROUND, ops.TRUNCATE_DIV)


# -- sums and products -----------------------------------------------------------------------------------------


@gradient(ops.ADD, ops.ADD_V2)
def add_gradient(call: Call, dy: Tensor) -> Pair:
    """``x + y``: each operand gets ``dy``."""
    x, y = call.inputs
    return unbroadcast(dy, x, y), unbroadcast(dy, y, x)


@gradient(ops.SUB)
def subtract_gradient(call: Call, dy: Tensor) -> Pair:
    """``x - y``: ``dy`` and ``-dy``."""
    x, y = call.inputs
    return unbroadcast(dy, x, y), negative(unbroadcast(dy, y, x)) if call.wants(1) else None


@gradient(ops.ADD_N, ops.ACCUMULATE_N_V2)
def add_n_gradient(call: Call, dy: Tensor) -> tuple[list[Tensor]]:
    """Each summand gets ``dy``."""
    return ([dy] * len(call.inputs[0]),)


@gradient(ops.MUL)
def multiply_gradient(call: Call, dy: Tensor) -> Pair:
    """``x y``: ``dy`` times the other operand."""
    x, y = call.inputs
    by_x = unbroadcast(multiply(dy, conj(y)), x, y) if call.wants(0) else None
    return by_x, unbroadcast(multiply(conj(x), dy), y, x) if call.wants(1) else None


@gradient(ops.MUL_NO_NAN)
def multiply_no_nan_gradient(call: Call, dy: Tensor) -> Pair:
    """``x y``, 0 where ``y`` is 0, and so are the gradients' products."""
    x, y = call.inputs
    return unbroadcast(multiply_no_nan(dy, conj(y)), x, y), unbroadcast(multiply_no_nan(conj(x), dy), y, x)


@gradient(ops.NEG)
def negative_gradient(call: Call, dy: Tensor) -> Tensor:
    """``-x``: ``-dy``."""
    return negative(dy)


@gradient(ops.SQUARE)
def square_gradient(call: Call, dy: Tensor) -> Tensor:
    """``x²``: ``2 x dy``."""
    x = conj(call.inputs[0])
    return multiply(dy, add(x, x))


@gradient(ops.SQUARED_DIFFERENCE)
def squared_difference_gradient(call: Call, dy: Tensor) -> Pair:
    """``(x - y)²``: ``±2 (x - y) dy``."""
    x, y = call.inputs
    difference = subtract(x, y)
    slope = multiply(dy, add(difference, difference))
    return unbroadcast(slope, x, y), negative(unbroadcast(slope, y, x)) if call.wants(1) else None


# -- quotients and remainders ----------------------------------------------------------------------------------


@gradient(ops.REAL_DIV, ops.DIV)
def divide_gradient(call: Call, dy: Tensor) -> Pair:
    """``x / y``: ``dy / y`` and ``-dy x / y²``."""
    x, y = conj(call.inputs[0]), conj(call.inputs[1])
    return (
        unbroadcast(divide(dy, y), x, y) if call.wants(0) else None,
        unbroadcast(multiply(dy, divide(divide(negative(x), y), y)), y, x) if call.wants(1) else None,
    )


@gradient(ops.DIV_NO_NAN)
def divide_no_nan_gradient(call: Call, dy: Tensor) -> Pair:
    """``x / y``, 0 where ``y`` is 0, and so are the gradients."""
    x, y = conj(call.inputs[0]), conj(call.inputs[1])
    return (
        unbroadcast(divide_no_nan(dy, y), x, y),
        unbroadcast(multiply(dy, divide_no_nan(divide_no_nan(negative(x), y), y)), y, x),
    )


@gradient(ops.FLOOR_MOD)
def floor_mod_gradient(call: Call, dy: Tensor) -> Pair:
    """``x - y ⌊x / y⌋``: ``dy`` and ``-dy ⌊x / y⌋``."""
    x, y = call.inputs
    return unbroadcast(dy, x, y), unbroadcast(multiply(dy, negative(floordiv(x, y))), y, x)


@gradient(ops.TRUNCATE_MOD, ops.MOD)
def truncate_mod_gradient(call: Call, dy: Tensor) -> Pair:
    """``x - y trunc(x / y)``: ``dy`` and ``-dy trunc(x / y)``, from ``trunc(x / y) = (x - z) / y``."""
    x, y = call.inputs
    quotient = divide(subtract(x, call.output), y)
    return unbroadcast(dy, x, y), unbroadcast(multiply(dy, negative(quotient)), y, x)


@gradient(ops.RECIPROCAL, ops.INV)
def reciprocal_gradient(call: Call, dy: Tensor) -> Tensor:
    """``1 / x``: ``-y² dy``."""
    result: Tensor = ops.RECIPROCAL_GRAD(call.output, dy)
    return result


@gradient(ops.RECIPROCAL_GRAD, ops.INV_GRAD)
def reciprocal_grad_gradient(call: Call, dz: Tensor) -> Pair:
    """``z = -y² dy``: ``-2 y dy dz`` and ``-y² dz``."""
    y, dy = conj(call.inputs[0]), call.inputs[1]
    return multiply(multiply(conj(dz), -2), multiply(dy, y)), ops.RECIPROCAL_GRAD(y, dz)


# -- powers, absolute values, extrema --------------------------------------------------------------------------


@gradient(ops.POW)
def pow_gradient(call: Call, dy: Tensor) -> Pair:
    """``z = x^y``: ``dy y x^(y-1)`` and ``dy z log x``, the latter 0 where the logarithm is not real."""
    x, y = conj(call.inputs[0]), conj(call.inputs[1])
    by_x = by_y = None
    if call.wants(0):
        by_x = unbroadcast(multiply(multiply(dy, y), power(x, subtract(y, 1))), x, y)
    if call.wants(1):
        defined = not_equal(x, 0) if x.dtype.is_complex else greater(x, 0)
        logarithm = WHERE(defined, log(WHERE(defined, x, ones_like(x))), zeros_like(x))
        by_y = unbroadcast(multiply(multiply(dy, conj(call.output)), logarithm), y, x)
    return by_x, by_y


@gradient(ops.ABS)
def abs_gradient(call: Call, dy: Tensor) -> Tensor:
    """``|x|``: ``dy sign(x)``."""
    return multiply(dy, sign(call.inputs[0]))


@gradient(ops.COMPLEX_ABS)
def complex_abs_gradient(call: Call, dy: Tensor) -> Tensor:
    """``|z|``: ``dy z / |z|``, 0 at 0."""
    zero = zeros_like(dy)
    return divide_no_nan(multiply(complex_of(dy, zero), call.inputs[0]), complex_of(call.output, zero))


@gradient(ops.SIGN)
def sign_gradient(call: Call, dy: Tensor) -> Tensor:
    """Zero: the sign is constant piece by piece."""
    result: Tensor = zeros_like(dy)
    return result


@gradient(ops.MAXIMUM)
def maximum_gradient(call: Call, dy: Tensor) -> Pair:
    """The larger operand gets ``dy``; ``x`` if they are equal."""
    x, y = call.inputs
    return _chosen(greater_equal(x, y), x, y, dy)


@gradient(ops.MINIMUM)
def minimum_gradient(call: Call, dy: Tensor) -> Pair:
    """The smaller operand gets ``dy``; ``x`` if they are equal."""
    x, y = call.inputs
    return _chosen(less_equal(x, y), x, y, dy)


def _chosen(first: Tensor, x: Tensor, y: Tensor, dy: Tensor) -> Pair:
    zeros = zeros_like(dy)
    return unbroadcast(WHERE(first, dy, zeros), x, y), unbroadcast(WHERE(first, zeros, dy), y, x)


@gradient(ops.NEXT_AFTER)
def next_after_gradient(call: Call, dy: Tensor) -> Pair:
    """The neighbour moves with ``x``, and does not depend on the direction."""
    x, direction = call.inputs
    return unbroadcast(dy, x, direction), zeros_like(direction)
