"""Cases for ``flowstone_core.ops.special``."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable

from flowstone_core.op import Op
from flowstone_core.ops import special as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import elementwise
from flowstone_conformance.samples import FLOATS, special, unary

NORMAL = statistics.NormalDist()


def digamma(x: float) -> float:
    """The derivative of ``lgamma``: recurrence up to 10, then the asymptotic series (Abramowitz and Stegun 6.3.18)."""
    shift = 0.0
    while x < 10:
        shift -= 1 / x
        x += 1
    square = 1 / (x * x)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square * 5 / 660))))
    return shift + math.log(x) - 1 / (2 * x) - series


FUNCTIONS: dict[Op, tuple[Callable[[float], float], float, float]] = {
    ops.ERF: (math.erf, -3.0, 3.0),
    ops.ERFC: (math.erfc, -3.0, 3.0),
    ops.ERFINV: (lambda x: NORMAL.inv_cdf((x + 1) / 2) / math.sqrt(2), -0.95, 0.95),
    ops.NDTRI: (NORMAL.inv_cdf, 0.02, 0.98),
    ops.LGAMMA: (math.lgamma, 0.5, 9.0),
    ops.DIGAMMA: (digamma, 0.5, 9.0),
}

CASES = [
    *(
        Case(op, operands, elementwise(function), tolerance=40)
        for op, (function, low, high) in FUNCTIONS.items()
        for operands in unary(FLOATS, low, high)
    ),
    *(Case(op, special("float32", 1), elementwise(FUNCTIONS[op][0]), note="special") for op in (ops.ERF, ops.ERFC)),
]
