"""Cases for ``flowstone_core.ops.cast``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.ops import cast as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, number, store
from flowstone_conformance.samples import COMPLEX, FLOATS, HALVES, INTS, array, sample

TYPES = (*FLOATS, *INTS, *COMPLEX, "bool")


def cast(x: Array, DstT: DType) -> Array:
    """Floats lose their fraction, integers wrap around, complex numbers their imaginary part, all but 0 is true."""
    target = DstT.numpy_dtype

    def convert(value: Any) -> Any:
        if isinstance(value, complex) and not DstT.is_complex:
            value = value.real
        if DstT.is_bool:
            return bool(value)
        return math.trunc(value) if DstT.is_integer else value

    values = [convert(number(value)) for value in x.reshape(-1)]
    return store(values, target).reshape(x.shape) if not DstT.is_bool else np.array(values, bool).reshape(x.shape)


def operand(source: str, target: str) -> Array:
    """Numbers that fit both types: what a float out of range becomes as an integer, nobody promises."""
    low = 0.0 if source == "bool" or target.startswith("u") else -100.0
    return sample((2, 3), source, low, 100.0 if source not in HALVES or target not in HALVES else 4.0)


CASES = [
    *(
        Case(ops.CAST, (operand(source, target),), cast, {"DstT": as_dtype(target)})
        for source in TYPES
        for target in TYPES
    ),
    Case(ops.CAST, (array([300, -1, 255], "int32"),), cast, {"DstT": as_dtype("uint8")}, note="wraps"),
    Case(
        ops.CAST, (array([math.nan, math.inf, 1e39], "float64"),), cast, {"DstT": as_dtype("float32")}, note="special"
    ),
    *(
        Case(ops.CAST, (sample(shape, "float32"),), cast, {"DstT": as_dtype("int32")})
        for shape in ((), (0,), (17,), (2, 3, 5))
    ),
]
