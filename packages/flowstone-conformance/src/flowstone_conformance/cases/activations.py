"""Cases for ``flowstone_core.ops.activations``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flowstone_core.op import Op
from flowstone_core.ops import activations as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import elementwise
from flowstone_conformance.samples import FLOATS, INTS, sample, special, unary

ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805
"""The constants of Selu (Klambauer and others, 2017), which keep mean 0 and variance 1."""

LEAK = 0.25

UNARY: dict[Op, tuple[Callable[..., Any], tuple[str, ...], dict[str, Any]]] = {
    ops.RELU: (lambda x: x if x != x else max(x, 0), (*FLOATS, *INTS), {}),
    ops.RELU6: (lambda x: x if x != x else min(max(x, 0), 6), (*FLOATS, "int32"), {}),
    ops.LEAKY_RELU: (lambda x, alpha: x if x > 0 else alpha * x, FLOATS, {"alpha": LEAK}),
    ops.ELU: (lambda x: x if x > 0 else math.expm1(x), FLOATS, {}),
    ops.SELU: (lambda x: SCALE * (x if x > 0 else ALPHA * math.expm1(x)), FLOATS, {}),
    ops.SOFTSIGN: (lambda x: x / (1 + abs(x)), FLOATS, {}),
}

GRADIENTS: dict[Op, tuple[Callable[..., Any], dict[str, Any]]] = {
    ops.RELU_GRAD: (lambda dy, x: dy if x > 0 else 0.0, {}),
    ops.RELU6_GRAD: (lambda dy, x: dy if 0 < x < 6 else 0.0, {}),
    ops.LEAKY_RELU_GRAD: (lambda dy, x, alpha: dy if x > 0 else alpha * dy, {"alpha": LEAK}),
    ops.ELU_GRAD: (lambda dy, y: dy if y > 0 else dy * (y + 1), {}),
    ops.SELU_GRAD: (lambda dy, y: dy * SCALE if y > 0 else dy * (y + SCALE * ALPHA), {}),
    ops.SOFTPLUS_GRAD: (lambda dy, x: dy / (1 + math.exp(-x)), {}),
    ops.SOFTSIGN_GRAD: (lambda dy, x: dy / (1 + abs(x)) ** 2, {}),
}

CASES = [
    *(
        Case(op, operands, elementwise(function), attrs, tolerance=4)
        for op, (function, dtypes, attrs) in UNARY.items()
        for operands in unary(dtypes, -8.0, 8.0)
    ),
    *(Case(op, special("float32", 1), elementwise(UNARY[op][0]), note="special") for op in (ops.RELU, ops.RELU6)),
    *(
        Case(
            op,
            (sample(shape, dtype), sample(shape, dtype, -1.0, 8.0, seed=1)),
            elementwise(function),
            attrs,
            tolerance=4,
        )
        for op, (function, attrs) in GRADIENTS.items()
        for dtype in FLOATS
        for shape in ((), (2, 3), (17,), (0,))
        if dtype == "float32" or shape == (2, 3)
    ),
]
