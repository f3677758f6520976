"""Cases for ``flowstone_image.ops.glimpse``: windows without noise."""

from __future__ import annotations

import math

import numpy as np
from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices
from flowstone_conformance.samples import sample

from flowstone_image.ops import glimpse as ops


def window(input: Array, size: Array, offsets: Array, *, centered: bool, normalized: bool, **attrs: object) -> Array:
    """The pixels of the window, 0 outside of the image."""
    out = np.zeros((input.shape[0], *(int(each) for each in size), input.shape[3]), input.dtype)
    for n in range(input.shape[0]):
        starts = []
        for axis in (0, 1):
            length, extent, offset = input.shape[axis + 1], int(size[axis]), float(offsets[n, axis])
            if centered and normalized:
                at = (1 + offset) * length / 2 - extent / 2
            else:
                at = offset * (length if normalized else 1) + (length / 2 if centered else 0)
            starts.append(math.trunc(at))
        for y, x in indices(out.shape[1:3]):
            row, column = starts[0] + y, starts[1] + x
            if 0 <= row < input.shape[1] and 0 <= column < input.shape[2]:
                out[n, y, x] = input[n, row, column]
    return out


CASES = [
    Case(
        ops.EXTRACT_GLIMPSE_V2,
        (sample((2, 6, 5, 3), "float32"), np.array(size, "int32"), np.array(offsets, "float32")),
        window,
        {"centered": centered, "normalized": normalized, "uniform_noise": False, "noise": "zero"},
        note=f"{size} {centered} {normalized}",
    )
    for size in ((3, 2), (8, 8), (1, 7))
    for centered in (True, False)
    for normalized in (True, False)
    for offsets in ([[0, 0], [0.5, -0.25]], [[-1, 1], [1.5, 0]])
]
