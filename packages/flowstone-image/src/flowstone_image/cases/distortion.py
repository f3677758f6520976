"""Cases for ``flowstone_image.ops.distortion``: where chance leaves nothing to choose.

What is drawn otherwise is compared with TensorFlow's numbers in the parity session.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array

from flowstone_image.ops import distortion as ops


def whole(image_size: Array, *others: Array, **attrs: Any) -> tuple[Array, Array, Array]:
    """All of the image."""
    height, width, _ = image_size
    return (
        np.zeros(3, image_size.dtype),
        np.array([height, width, -1], image_size.dtype),
        np.array([[[0, 0, 1, 1]]], "float32"),
    )


CASES = [
    Case(
        ops.STATELESS_SAMPLE_DISTORTED_BOUNDING_BOX,
        (
            np.array([40, 60, 3], dtype),
            np.array([[[0.2, 0.2, 0.8, 0.8]]], "float32"),
            np.array(2, "float32"),
            np.array([1, seed], "int64"),
        ),
        whole,
        note=f"{dtype} {seed}",
    )
    for dtype in ("int32", "int64", "int16")
    for seed in (1, 2)
]
