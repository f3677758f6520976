"""Cases for ``flowstone_core.ops.approximate``."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.ops import approximate as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number
from flowstone_conformance.samples import sample


def best(x: Array, *, k: int, reduction_dimension: int, is_max_k: bool) -> tuple[Array, Array]:
    """The best of each row, found by sorting it."""
    at = reduction_dimension % x.ndim
    outer = [size for axis, size in enumerate(x.shape) if axis != at]
    shape = (*outer[:at], k, *outer[at:])
    values, places = np.empty(shape, x.dtype), np.empty(shape, np.int32)
    for place in indices(outer):
        row = [number(x[(*place[:at], i, *place[at:])]) for i in range(x.shape[at])]
        order = sorted(range(len(row)), key=lambda i: (-row[i] if is_max_k else row[i], i))
        for i in range(k):
            values[(*place[:at], i, *place[at:])] = row[order[i]]
            places[(*place[:at], i, *place[at:])] = order[i]
    return values, places


CASES: list[Case] = [
    Case(ops.APPROX_TOP_K, (sample((3, 5, 4), dtype),), best, attrs)
    for dtype in ("float32", "float16", "bfloat16")
    for attrs in (
        dict[str, Any](k=2, reduction_dimension=-1, is_max_k=True),
        dict[str, Any](k=3, reduction_dimension=1, is_max_k=False),
        dict[str, Any](k=0, reduction_dimension=0, is_max_k=True),
    )
]
