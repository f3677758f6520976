"""Kernels of ``flowstone_image.ops.patches``: one pass for each place in the window."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.windows import window

from flowstone_image.ops import patches as ops

KERNELS = KernelSet()


@KERNELS.add(ops.EXTRACT_IMAGE_PATCHES)
def extract_image_patches(images: Any, *, ksizes: Any, strides: Any, rates: Any, padding: str) -> Any:
    """The pixels of each patch, side by side."""
    if images.ndim != 4 or any(each[0] != 1 or each[3] != 1 for each in (ksizes, strides, rates)):
        raise SpecError(
            f"ExtractImagePatches takes images of 4 dimensions and windows over two of them, got shape {images.shape}, "
            f"sizes {list(ksizes)}, strides {list(strides)}, rates {list(rates)}."
        )
    down, right = (window(images.shape[axis], ksizes[axis], strides[axis], rates[axis], padding) for axis in (1, 2))
    padded = np.zeros((images.shape[0], down.padded, right.padded, images.shape[3]), images.dtype)
    padded[:, down.before : down.before + down.size, right.before : right.before + right.size] = images
    parts = [padded[:, down.taps(y), right.taps(x)] for y in range(ksizes[1]) for x in range(ksizes[2])]
    return np.concatenate(parts, -1)
