"""Cases for ``flowstone_core.ops.compare``."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from flowstone_core.op import Op
from flowstone_core.ops import compare as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import elementwise
from flowstone_conformance.samples import COMPLEX, FLOATS, INTS, NUMBERS, array, binary, special, unary

ORDER: dict[Op, Callable[[Any, Any], bool]] = {
    ops.GREATER: operator.gt,
    ops.GREATER_EQUAL: operator.ge,
    ops.LESS: operator.lt,
    ops.LESS_EQUAL: operator.le,
}
EQUALITY: dict[Op, Callable[[Any, Any], bool]] = {ops.EQUAL: operator.eq, ops.NOT_EQUAL: operator.ne}
LOGIC: dict[Op, Callable[[Any, Any], bool]] = {
    ops.LOGICAL_AND: lambda x, y: x and y,
    ops.LOGICAL_OR: lambda x, y: x or y,
}
TESTS: dict[Op, Callable[[Any], bool]] = {
    ops.IS_FINITE: math.isfinite,
    ops.IS_INF: math.isinf,
    ops.IS_NAN: math.isnan,
}

CASES = [
    *(
        Case(op, operands, elementwise(function, "bool"))
        for op, function in ORDER.items()
        for operands in binary((*FLOATS, *INTS), -4.0, 4.0)
    ),
    *(
        Case(op, operands, elementwise(function, "bool"))
        for op, function in EQUALITY.items()
        for operands in binary((*NUMBERS, "bool"), -4.0, 4.0)
    ),
    *(
        Case(op, special("float32", 2), elementwise(function, "bool"), note="special")
        for op, function in (ORDER | EQUALITY).items()
    ),
    *(
        Case(op, operands, elementwise(function, "bool"))
        for op, function in LOGIC.items()
        for operands in binary(("bool",), 0.0, 1.0)
    ),
    *(Case(ops.LOGICAL_NOT, operands, elementwise(operator.not_, "bool")) for operands in unary(("bool",), 0.0, 1.0)),
    *(
        Case(op, special(dtype, 1), elementwise(function, "bool"), note="special")
        for op, function in TESTS.items()
        for dtype in FLOATS
    ),
    *(
        Case(
            ops.APPROXIMATE_EQUAL,
            (array([1.0, 2.0, -3.0], dtype), array([1.05, 2.5, -3.0], dtype)),
            elementwise(lambda x, y, tolerance: abs(x - y) < tolerance, "bool"),
            {"tolerance": 0.2},
        )
        for dtype in ("float32", "float64", *COMPLEX)
    ),
]
