"""Cases for ``flowstone_image.ops.color``, by the standard library's colour spaces."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number
from flowstone_conformance.samples import FLOATS, sample

from flowstone_image.ops import color as ops


def pixelwise(function: Callable[..., Any]) -> Callable[..., Array]:
    """A reference that applies a function to each pixel."""

    def reference(images: Array, *others: Array) -> Array:
        out = np.empty(images.shape, np.float64)
        for place in indices(images.shape[:-1]):
            out[place] = function(*(number(part) for part in images[place]), *(number(other[()]) for other in others))
        return out.astype(images.dtype)

    return reference


def turned(red: float, green: float, blue: float, delta: float) -> Any:
    """The hue moved on."""
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    return colorsys.hsv_to_rgb((hue + delta) % 1, saturation, value)


def saturated(red: float, green: float, blue: float, scale: float) -> Any:
    """The saturation multiplied."""
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    return colorsys.hsv_to_rgb(hue, min(1.0, max(0.0, saturation * scale)), value)


def contrasted(images: Array, factor: Array) -> Array:
    """Distances from the channel's mean multiplied."""
    out = np.empty(images.shape, np.float64)
    for place in indices(images.shape[:-3]):
        for c in range(images.shape[-1]):
            values = [number(value) for value in images[place][:, :, c].reshape(-1)]
            mean = math.fsum(values) / len(values)
            spread = [(value - mean) * number(factor[()]) + mean for value in values]
            out[place][:, :, c] = np.array(spread).reshape(images.shape[-3:-1])
    return out.astype(images.dtype)


def colors(shape: tuple[int, ...], dtype: str) -> Array:
    """Colours in [0, 1)."""
    return sample((*shape, 3), dtype, 0.0, 1.0)


def scalar(value: float) -> Array:
    """How much to adjust."""
    return np.array(value, "float32")


GREYS = np.array([[[[0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.25], [0, 1, 1]]]], "float32")

CASES = [
    *(
        Case(op, (colors(shape, dtype),), pixelwise(function), tolerance=8)
        for op, function in ((ops.RGB_TO_HSV, colorsys.rgb_to_hsv), (ops.HSV_TO_RGB, colorsys.hsv_to_rgb))
        for dtype in FLOATS[:2]
        for shape in ((), (5,), (2, 3, 4), (0, 2))
    ),
    Case(ops.RGB_TO_HSV, (GREYS,), pixelwise(colorsys.rgb_to_hsv), note="greys"),
    *(
        Case(op, (images, scalar(by)), pixelwise(function), tolerance=8)
        for op, function, several in (
            (ops.ADJUST_HUE, turned, (0.0, 0.3, -0.7)),
            (ops.ADJUST_SATURATION, saturated, (0.0, 0.5, 3.0)),
        )
        for images in (colors((2, 3, 4), "float32"), GREYS)
        for by in several
    ),
    *(
        Case(ops.ADJUST_CONTRAST, (sample(shape, dtype), scalar(by)), contrasted, tolerance=8)
        for dtype in ("float32", "float16")
        for shape in ((3, 4, 2), (2, 5, 3, 1))
        for by in (0.0, 0.5, 2.0)
    ),
]
