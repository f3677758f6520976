"""Cases for ``flowstone_core.ops.cumulative``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_core.op import Op
from flowstone_core.ops import cumulative as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number, store
from flowstone_conformance.samples import sample


def log_sum_exp(values: list[float]) -> float:
    """The logarithm of the sum of exponentials; of none minus infinity."""
    if not values:
        return -math.inf
    largest = max(values)
    return largest + math.log(math.fsum(math.exp(value - largest) for value in values))


def running(function: Callable[[list[Any]], Any]) -> Callable[..., Array]:
    """A reference that applies a function to everything up to each element of a line."""

    def reference(x: Array, axis: Array, exclusive: bool = False, reverse: bool = False) -> Array:
        along = int(axis) % x.ndim
        out = np.empty_like(x)
        for place in indices([size for i, size in enumerate(x.shape) if i != along]):
            where = [(*place[:along], i, *place[along:]) for i in range(x.shape[along])]
            line = [number(x[index]) for index in where][:: -1 if reverse else 1]
            values = [function(line[: i + (not exclusive)]) for i in range(len(line))][:: -1 if reverse else 1]
            for index, value in zip(where, store(values, x.dtype), strict=True):
                out[index] = value
        return out

    return reference


SCANS: dict[Op, tuple[Callable[[list[Any]], Any], tuple[str, ...]]] = {
    ops.CUMSUM: (sum, ("float32", "float64", "int32", "int64", "complex64", "bfloat16")),
    ops.CUMPROD: (math.prod, ("float32", "float64", "int32", "complex64")),
    ops.CUMULATIVE_LOGSUMEXP: (log_sum_exp, ("float32", "float64")),
}

CASES = [
    Case(
        op,
        (sample(shape, dtype, -2.0, 2.0), np.array(axis, "int32")),
        running(function),
        {"exclusive": exclusive, "reverse": reverse},
        tolerance=4,
    )
    for op, (function, dtypes) in SCANS.items()
    for dtype in dtypes
    for shape, axis in (((5,), 0), ((2, 3), -1), ((2, 3, 2), 1), ((0, 2), 0))
    for exclusive in (False, True)
    for reverse in (False, True)
    if dtype == "float32" or shape == (2, 3)
]
