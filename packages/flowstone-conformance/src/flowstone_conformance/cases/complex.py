"""Cases for ``flowstone_core.ops.complex``."""

from __future__ import annotations

import cmath
from collections.abc import Callable
from typing import Any

from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.op import Op
from flowstone_core.ops import complex as ops
from flowstone_core.ops import math

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, elementwise
from flowstone_conformance.samples import COMPLEX, binary, unary

PARTS: dict[Op, Callable[[Any], float]] = {
    ops.REAL: lambda z: z.real,
    ops.IMAG: lambda z: z.imag,
    ops.ANGLE: cmath.phase,
    math.COMPLEX_ABS: abs,
}
REAL_OF = {"complex64": as_dtype("float32"), "complex128": as_dtype("float64")}


def part(function: Callable[[Any], float]) -> Callable[..., Array]:
    """A reference with a real result."""

    def reference(z: Array, Tout: DType) -> Array:
        return elementwise(function, Tout.name)(z)

    return reference


def joined(real: Array, imag: Array, Tout: DType) -> Array:
    """The number of these parts."""
    return elementwise(lambda x, y: complex(x, y), Tout.name)(real, imag)


CASES = [
    *(
        Case(op, operands, part(function), {"Tout": REAL_OF[operands[0].dtype.name]})
        for op, function in PARTS.items()
        for operands in unary(COMPLEX, -4.0, 4.0)
    ),
    *(Case(ops.CONJ, operands, elementwise(lambda z: z.conjugate())) for operands in unary(COMPLEX, -4.0, 4.0)),
    *(
        Case(ops.COMPLEX, operands, joined, {"Tout": as_dtype(name)})
        for name, part_type in REAL_OF.items()
        for operands in binary((part_type.name,), -4.0, 4.0)
    ),
]
