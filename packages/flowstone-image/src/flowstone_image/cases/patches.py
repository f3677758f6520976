"""Cases for ``flowstone_image.ops.patches``."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array
from flowstone_conformance.samples import sample
from flowstone_conformance.windows import output_size, touched

from flowstone_image.ops import patches as ops


def patches(x: Array, ksizes: Any, strides: Any, rates: Any, padding: str) -> Array:
    """One pixel of one patch at a time."""
    inner = ksizes[1:3], strides[1:3], rates[1:3], padding
    channels = x.shape[3]
    rows, columns = output_size(x.shape[1:3], *inner)
    out = np.zeros((x.shape[0], rows, columns, ksizes[1] * ksizes[2] * channels), x.dtype)
    for place, tap, at in touched(x.shape[1:3], *inner):
        for n in range(x.shape[0]):
            start = (tap[0] * ksizes[2] + tap[1]) * channels
            out[(n, *place)][start : start + channels] = x[(n, *at)]
    return out


FORMS = (((2, 2), (1, 1), (1, 1)), ((3, 2), (2, 1), (1, 2)), ((1, 3), (2, 3), (2, 1)))

CASES = [
    Case(
        ops.EXTRACT_IMAGE_PATCHES,
        (sample((2, 5, 6, 2), dtype),),
        patches,
        {"ksizes": (1, *size, 1), "strides": (1, *step, 1), "rates": (1, *rate, 1), "padding": padding},
    )
    for dtype in ("float32", "int32", "bool", "complex64")
    for size, step, rate in FORMS
    for padding in ("SAME", "VALID")
]
