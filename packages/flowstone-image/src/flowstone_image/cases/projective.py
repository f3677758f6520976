"""Cases for ``flowstone_image.ops.projective``: shifts, turns and mirrors, pixel by pixel."""

from __future__ import annotations

import numpy as np
from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices
from flowstone_conformance.samples import sample

from flowstone_image.ops import projective as ops


def moved(images: Array, transforms: Array, output_shape: Array, *fill: Array, **attrs: str) -> Array:
    """The pixel that whole-numbered transforms say; the value of ``fill`` where there is none."""
    height, width = (int(size) for size in output_shape)
    out = np.zeros((images.shape[0], height, width, images.shape[3]), images.dtype)
    if fill:
        out[...] = fill[0]
    for n, y, x in indices(out.shape[:3]):
        a0, a1, a2, b0, b1, b2, _, _ = (float(part) for part in transforms[n % len(transforms)])
        row, column = round(b0 * x + b1 * y + b2), round(a0 * x + a1 * y + a2)
        if 0 <= row < images.shape[1] and 0 <= column < images.shape[2]:
            out[n, y, x] = images[n, row, column]
    return out


IDENTITY = (1, 0, 0, 0, 1, 0, 0, 0)
SHIFT = (1, 0, 2, 0, 1, -1, 0, 0)
MIRROR = (-1, 0, 4, 0, 1, 0, 0, 0)
TURN = (0, 1, 0, -1, 0, 3, 0, 0)

CASES = [
    *(
        Case(
            op,
            (sample((2, 4, 5, 3), dtype, 0, 100), np.array(rows, "float32"), np.array(size, "int32"), *fill),
            moved,
            {"interpolation": interpolation, "fill_mode": "CONSTANT"},
            note=f"{dtype} {interpolation} {rows}",
        )
        for op, fill in (
            (ops.IMAGE_PROJECTIVE_TRANSFORM_V2, ()),
            (ops.IMAGE_PROJECTIVE_TRANSFORM_V3, (np.array(7, "float32"),)),
        )
        for dtype in ("float32", "float64", "uint8", "int32", "float16")
        for interpolation in ("NEAREST", "BILINEAR")
        if (dtype, interpolation) != ("float64", "BILINEAR")  # computed in float32, as in TensorFlow
        for rows, size in (([IDENTITY], (4, 5)), ([SHIFT, MIRROR], (3, 6)), ([TURN], (5, 4)))
    ),
]
