"""Cases for ``flowstone_core.ops.sequences``."""

from __future__ import annotations

import numpy as np
from flowstone_core.ops import sequences as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, number, store
from flowstone_conformance.samples import array


def lin_space(start: Array, stop: Array, num: Array) -> Array:
    """Values at equal distances, both ends included."""
    first, last, count = number(start[()]), number(stop[()]), int(num)
    return store([first + (last - first) * i / max(count - 1, 1) for i in range(count)], start.dtype)


CASES = [
    Case(ops.LIN_SPACE, (array(start, dtype), array(stop, dtype), np.array(num, kind)), lin_space)
    for dtype in ("float32", "float64")
    for start, stop in ((0.0, 1.0), (5.0, -5.0), (2.0, 2.0))
    for num in (1, 2, 7)
    for kind in ("int32", "int64")
]
