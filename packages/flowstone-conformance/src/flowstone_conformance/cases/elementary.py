"""Cases for ``flowstone_core.ops.elementary``."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

from flowstone_core.op import Op
from flowstone_core.ops import elementary as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import analytic, divide, elementwise, log
from flowstone_conformance.samples import COMPLEX, FLOATS, binary, special, unary


def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(-x))``, without overflow."""
    if isinstance(x, complex):
        return 1 / (1 + cmath.exp(-x))
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def rsqrt(x: Any) -> Any:
    """``1 / sqrt(x)``."""
    return 1 / cmath.sqrt(x) if isinstance(x, complex) else divide(1.0, math.sqrt(x))


def log1p(x: Any) -> Any:
    """``log(1 + x)``."""
    return -math.inf if x == -1 else math.log1p(x)


def unless_zero(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Zero where the first operand is zero, whatever the second."""
    return lambda x, y: 0.0 if x == 0 else function(x, y)


FLOATS_AND_COMPLEX = (*FLOATS, *COMPLEX)

UNARY: dict[Op, tuple[Callable[[Any], Any], float, float, tuple[str, ...]]] = {
    ops.ACOS: (analytic(math.acos, cmath.acos), -0.9, 0.9, FLOATS_AND_COMPLEX),
    ops.ACOSH: (analytic(math.acosh, cmath.acosh), 1.1, 4.0, FLOATS_AND_COMPLEX),
    ops.ASIN: (analytic(math.asin, cmath.asin), -0.9, 0.9, FLOATS_AND_COMPLEX),
    ops.ASINH: (analytic(math.asinh, cmath.asinh), -4.0, 4.0, FLOATS_AND_COMPLEX),
    ops.ATAN: (analytic(math.atan, cmath.atan), -4.0, 4.0, FLOATS_AND_COMPLEX),
    ops.ATANH: (analytic(math.atanh, cmath.atanh), -0.9, 0.9, FLOATS_AND_COMPLEX),
    ops.COS: (analytic(math.cos, cmath.cos), -4.0, 4.0, FLOATS_AND_COMPLEX),
    ops.COSH: (analytic(math.cosh, cmath.cosh), -3.0, 3.0, FLOATS_AND_COMPLEX),
    ops.EXP: (analytic(math.exp, cmath.exp), -3.0, 3.0, FLOATS_AND_COMPLEX),
    ops.EXPM1: (analytic(math.expm1, lambda x: cmath.exp(x) - 1), -2.0, 2.0, FLOATS_AND_COMPLEX),
    ops.LOG: (log, 0.1, 9.0, FLOATS_AND_COMPLEX),
    ops.LOG1P: (log1p, -0.5, 4.0, FLOATS),
    ops.RSQRT: (rsqrt, 0.1, 9.0, FLOATS_AND_COMPLEX),
    ops.SIGMOID: (sigmoid, -9.0, 9.0, FLOATS_AND_COMPLEX),
    ops.SIN: (analytic(math.sin, cmath.sin), -4.0, 4.0, FLOATS_AND_COMPLEX),
    ops.SINH: (analytic(math.sinh, cmath.sinh), -3.0, 3.0, FLOATS_AND_COMPLEX),
    ops.SOFTPLUS: (lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))), -30.0, 30.0, FLOATS),
    ops.SQRT: (analytic(math.sqrt, cmath.sqrt), 0.0, 9.0, FLOATS_AND_COMPLEX),
    ops.TAN: (analytic(math.tan, cmath.tan), -1.3, 1.3, FLOATS_AND_COMPLEX),
    ops.TANH: (analytic(math.tanh, cmath.tanh), -3.0, 3.0, FLOATS_AND_COMPLEX),
}

BINARY: dict[Op, Callable[[Any, Any], Any]] = {
    ops.ATAN2: math.atan2,
    ops.XDIVY: unless_zero(lambda x, y: x / y),
    ops.XLOGY: unless_zero(lambda x, y: x * log(y)),
    ops.XLOG1PY: unless_zero(lambda x, y: x * math.log1p(y)),
}

GRADIENTS: dict[Op, Callable[[Any, Any], Any]] = {
    ops.RSQRT_GRAD: lambda y, dy: -0.5 * dy * y**3,
    ops.SIGMOID_GRAD: lambda y, dy: dy * y * (1 - y),
    ops.SQRT_GRAD: lambda y, dy: 0.5 * dy / y,
    ops.TANH_GRAD: lambda y, dy: dy * (1 - y * y),
}

AT_SPECIALS = (ops.COS, ops.EXP, ops.LOG, ops.LOG1P, ops.SIN, ops.SQRT, ops.TANH, ops.ATAN, ops.RSQRT)
"""Ops whose results for infinities, zeros and NaN are fixed."""

CASES = [
    *(
        Case(op, operands, elementwise(function), tolerance=4)
        for op, (function, low, high, dtypes) in UNARY.items()
        for operands in unary(dtypes, low, high)
    ),
    *(Case(op, special("float32", 1), elementwise(UNARY[op][0]), note="special") for op in AT_SPECIALS),
    *(
        Case(op, operands, elementwise(function), tolerance=2)
        for op, function in BINARY.items()
        for operands in binary(("float32", "float64"), 0.0, 4.0)
        if op is not ops.XDIVY or operands[1].all()
    ),
    *(
        Case(op, operands, elementwise(function), tolerance=2)
        for op, function in GRADIENTS.items()
        for operands in binary(FLOATS, 0.25, 2.0)
        if operands[0].shape == operands[1].shape
    ),
]
