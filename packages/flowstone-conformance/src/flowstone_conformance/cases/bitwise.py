"""Cases for ``flowstone_core.ops.bitwise``."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_core.op import Op
from flowstone_core.ops import bitwise as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, elementwise, number, store
from flowstone_conformance.samples import INTS, binary, unary

BINARY: dict[Op, Callable[[Any, Any], Any]] = {
    ops.BITWISE_AND: operator.and_,
    ops.BITWISE_OR: operator.or_,
    ops.BITWISE_XOR: operator.xor,
}
SHIFTS: dict[Op, Callable[[Any, Any], Any]] = {ops.LEFT_SHIFT: operator.lshift, ops.RIGHT_SHIFT: operator.rshift}


def ones(x: Array) -> Array:
    """The number of set bits in two's complement."""
    mask = (1 << (8 * x.dtype.itemsize)) - 1
    return store([(number(value) & mask).bit_count() for value in x.reshape(-1)], np.dtype("uint8")).reshape(x.shape)


CASES = [
    *(
        Case(op, operands, elementwise(function))
        for op, function in BINARY.items()
        for operands in binary(INTS, -100.0, 100.0)
    ),
    *(
        Case(op, operands, elementwise(function))
        for op, function in SHIFTS.items()
        for operands in binary(INTS, 0.0, 7.0)
    ),
    *(Case(ops.INVERT, operands, elementwise(operator.invert)) for operands in unary(INTS, -100.0, 100.0)),
    *(Case(ops.POPULATION_COUNT, operands, ones) for operands in unary(INTS, -100.0, 100.0)),
]
