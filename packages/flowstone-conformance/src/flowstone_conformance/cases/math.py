"""Cases for ``flowstone_core.ops.math``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flowstone_core.op import Op
from flowstone_core.ops import math as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import divide, elementwise, nan_or, truncated
from flowstone_conformance.samples import COMPLEX, FLOATS, INTS, NUMBERS, array, binary, sample, special, unary

SIGNED = tuple(name for name in INTS if not name.startswith("u"))


def sign(x: Any) -> Any:
    """-1, 0 or 1; for complex numbers the number on the unit circle."""
    if isinstance(x, complex):
        return x / abs(x) if x else 0
    return x if x != x else (x > 0) - (x < 0)


def floor_mod(x: Any, y: Any) -> Any:
    """The remainder that has the sign of the divisor."""
    return x % y


def power(x: Any, y: Any) -> Any:
    """A power; of integers exact."""
    return x**y


UNARY: dict[Op, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    ops.ABS: (abs, (*FLOATS, *SIGNED)),
    ops.NEG: (lambda x: -x, (*FLOATS, *SIGNED, *COMPLEX)),
    ops.SQUARE: (lambda x: x * x, (*FLOATS, "int32", "int64", *COMPLEX)),
    ops.SIGN: (sign, (*FLOATS, "int32", "int64", *COMPLEX)),
    ops.CEIL: (math.ceil, FLOATS),
    ops.FLOOR: (math.floor, FLOATS),
    ops.RINT: (round, FLOATS),
    ops.ROUND: (round, (*FLOATS, "int32", "int64")),
    ops.RECIPROCAL: (lambda x: divide(1.0, x) if isinstance(x, float) else 1 / x, (*FLOATS, *COMPLEX)),
    ops.INV: (lambda x: divide(1.0, x) if isinstance(x, float) else 1 / x, (*FLOATS, *COMPLEX)),
}

BINARY: dict[Op, tuple[Callable[[Any, Any], Any], tuple[str, ...]]] = {
    ops.ADD_V2: (lambda x, y: x + y, NUMBERS),
    ops.ADD: (lambda x, y: x + y, NUMBERS),
    ops.SUB: (lambda x, y: x - y, NUMBERS),
    ops.MUL: (lambda x, y: x * y, NUMBERS),
    ops.MAXIMUM: (nan_or(max), (*FLOATS, *INTS)),
    ops.MINIMUM: (nan_or(min), (*FLOATS, *INTS)),
    ops.SQUARED_DIFFERENCE: (lambda x, y: (x - y) * (x - y), (*FLOATS, "int32", "int64")),
    ops.MUL_NO_NAN: (lambda x, y: 0.0 if y == 0 else x * y, ("float32", "float64")),
    ops.DIV_NO_NAN: (lambda x, y: 0.0 if y == 0 else x / y, ("float32", "float64")),
    ops.REAL_DIV: (divide, FLOATS),
}

DIVISION: dict[Op, tuple[Callable[[Any, Any], Any], tuple[str, ...]]] = {
    ops.FLOOR_DIV: (lambda x, y: x // y, (*FLOATS, *INTS)),
    ops.FLOOR_MOD: (floor_mod, (*FLOATS, *INTS)),
    ops.TRUNCATE_DIV: (truncated, INTS),
    ops.TRUNCATE_MOD: (
        lambda x, y: math.fmod(x, y) if isinstance(x, float) else x - y * truncated(x, y),
        (*FLOATS, *INTS),
    ),
}

GRADIENTS: dict[Op, Callable[[Any, Any], Any]] = {
    ops.RECIPROCAL_GRAD: lambda y, dy: -dy * y * y,
    ops.INV_GRAD: lambda y, dy: -dy * y * y,
}

AT_SPECIALS = (ops.ADD_V2, ops.SUB, ops.MUL, ops.MAXIMUM, ops.MINIMUM, ops.MUL_NO_NAN, ops.DIV_NO_NAN, ops.REAL_DIV)
"""Ops whose results for infinities, zeros and NaN are fixed."""


def total(inputs: list[Any], **attrs: Any) -> Any:
    """The sum of all operands."""
    return elementwise(lambda *values: sum(values))(*inputs)


CASES = [
    *(
        Case(op, operands, elementwise(function))
        for op, (function, dtypes) in UNARY.items()
        for operands in unary(dtypes, -4.0, 4.0)
    ),
    *(
        Case(op, special("float32", 1), elementwise(UNARY[op][0]), note="special")
        for op in (ops.ABS, ops.NEG, ops.RECIPROCAL)
    ),
    *(
        Case(op, operands, elementwise(function))
        for op, (function, dtypes) in BINARY.items()
        for operands in binary(dtypes, -4.0, 4.0)
    ),
    *(Case(op, special("float32", 2), elementwise(BINARY[op][0]), note="special") for op in AT_SPECIALS),
    *(
        Case(op, operands, elementwise(function), tolerance=2)
        for op, (function, dtypes) in DIVISION.items()
        for operands in binary(dtypes, -9.0, 9.0, divisor=True)
    ),
    *(
        Case(op, operands, elementwise(function))
        for op, function in GRADIENTS.items()
        for operands in binary(FLOATS, 0.5, 2.0)
        if operands[0].shape == operands[1].shape
    ),
    *(Case(ops.POW, operands, elementwise(power)) for operands in binary(FLOATS, 0.25, 3.0)),
    *(Case(ops.POW, operands, elementwise(power)) for operands in binary(("int32", "int64"), 0.0, 4.0)),
    *(
        Case(op, (array([100, -100, 127], "int8"), array([100, -100, 1], "int8")), elementwise(function), note="wraps")
        for op, function in ((ops.ADD_V2, lambda x, y: x + y), (ops.MUL, lambda x, y: x * y))
    ),
    *(
        Case(ops.ADD_N, ([sample(shape, dtype, seed=seed) for seed in range(count)],), total)
        for dtype in ("float32", "float64", "int32", "complex64")
        for shape, count in (((), 1), ((2, 3), 2), ((0, 3), 3), ((17,), 5))
    ),
]
