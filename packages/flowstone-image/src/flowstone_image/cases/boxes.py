"""Cases for ``flowstone_image.ops.boxes``: one pixel at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, gathered, indices, number
from flowstone_conformance.samples import sample
from flowstone_core.dtypes import as_dtype

from flowstone_image.ops import boxes as ops


def place(start: float, end: float, size: int, crop: int, i: int) -> float:
    """Where one place of a crop lies."""
    if crop > 1:
        return start * (size - 1) + i * (end - start) * (size - 1) / (crop - 1)
    return 0.5 * (start + end) * (size - 1)


def neighbours(at: float, size: int, method: str) -> list[tuple[int, float]]:
    """The pixels that make a place, with weights; none outside."""
    if not 0 <= at <= size - 1:
        return []
    if method == "nearest":
        return [(math.floor(at + 0.5), 1.0)]
    below = math.floor(at)
    return [(below, 1 - (at - below)), (math.ceil(at), at - below)]


def sources(
    shape: Any, boxes: Array, n: int, crop: Any, i: int, j: int, method: str
) -> Iterator[tuple[int, int, float]]:
    """The pixels that make one place of one crop."""
    y1, x1, y2, x2 = (number(edge) for edge in boxes[n])
    for row, weight in neighbours(place(y1, y2, shape[1], crop[0], i), shape[1], method):
        for column, other in neighbours(place(x1, x2, shape[2], crop[1], j), shape[2], method):
            yield row, column, weight * other


def crops(
    image: Array, boxes: Array, which: Array, size: Array, method: str = "bilinear", extrapolation_value: float = 0.0
) -> Array:
    """The crops."""

    def value(index: tuple[int, ...]) -> float:
        n, i, j, c = index
        found = list(sources(image.shape, boxes, n, size, i, j, method))
        if not found:
            return extrapolation_value
        return math.fsum(number(image[which[n], row, column, c]) * weight for row, column, weight in found)

    return gathered((len(boxes), *map(int, size), image.shape[3]), np.dtype(np.float32), value)


def back(dy: Array, boxes: Array, which: Array, shape: Array, T: Any, method: str = "bilinear") -> Array:
    """The gradient of the images."""
    out = np.zeros(tuple(map(int, shape)), np.float64)
    for n, i, j, c in indices(dy.shape):
        for row, column, weight in sources(shape.tolist(), boxes, n, dy.shape[1:3], i, j, method):
            out[which[n], row, column, c] += number(dy[n, i, j, c]) * weight
    return out.astype(T.numpy_dtype)


def edges(dy: Array, image: Array, boxes: Array, which: Array) -> Array:
    """The gradient of the boxes, by differences: the crops are linear in the edges between two pixels."""
    step, out = 1e-6, np.zeros(boxes.shape, np.float64)
    size = np.array(dy.shape[1:3])
    for n, edge in indices(boxes.shape):
        ends = []
        for sign in (1, -1):
            moved = boxes.astype(np.float64)
            moved[n, edge] += sign * step
            ends.append(exact(image, moved, which, size, n))
        slopes = [(a - b) / (2 * step) for a, b in zip(*ends, strict=True)]
        out[n, edge] = math.fsum(slope * number(g) for slope, g in zip(slopes, dy[n].reshape(-1), strict=True))
    return out.astype(np.float32)


def exact(image: Array, boxes: Array, which: Array, size: Array, n: int) -> list[float]:
    """One crop in double precision, flat."""
    return [
        math.fsum(
            number(image[which[n], row, column, c]) * weight
            for row, column, weight in sources(image.shape, boxes, n, size, i, j, "bilinear")
        )
        for i, j, c in indices((*size, image.shape[3]))
    ]


def drawn(images: Array, boxes: Array, colors: Array) -> Array:
    """Each pixel: the last box of which it is on an edge."""
    out = images.copy()
    height, width, channels = images.shape[1:]
    for n, number_of in indices(boxes.shape[:2]):
        top, left, bottom, right = (
            int(number(edge) * (size - 1)) for edge, size in zip(boxes[n, number_of], (height, width) * 2, strict=True)
        )
        for y, x in indices((height, width)):
            within = top <= y <= bottom and left <= x <= right
            if within and (y in (top, bottom) or x in (left, right)):
                out[n, y, x] = colors[number_of % len(colors), :channels]
    return out


IMAGE = sample((2, 4, 5, 2), "float32")
BOXES = np.array([[0.1, 0.2, 0.83, 0.91], [0, 0, 1, 1], [-0.4, 0.22, 1.45, 0.61], [0.9, 0.7, 0.2, 0.1]], "float32")
WHICH = np.array([0, 1, 1, 0], "int32")
INNER = np.array([[0.11, 0.23, 0.83, 0.91], [0.87, 0.71, 0.23, 0.12]], "float32")
CROPS = ((2, 3), (5, 4), (1, 1))

CASES = [
    *(
        Case(
            ops.CROP_AND_RESIZE,
            (sample((2, 4, 5, 2), dtype), BOXES, WHICH, np.array(size, "int32")),
            crops,
            attrs,
            tolerance=8,
        )
        for dtype in ("float32", "uint8", "float64")
        for size in CROPS
        for attrs in ({}, {"method": "nearest"}, {"extrapolation_value": 7.0})
        if dtype == "float32" or not attrs
    ),
    *(
        Case(
            ops.CROP_AND_RESIZE_GRAD_IMAGE,
            (sample((4, *size, 2), "float32"), BOXES, WHICH, np.array([2, 4, 5, 2], "int32")),
            back,
            {"T": as_dtype(dtype), "method": method},
            tolerance=8 if dtype == "float32" else 1e6,
        )
        for dtype in ("float32", "float64")
        for method in ("bilinear", "nearest")
        for size in CROPS
    ),
    *(
        Case(
            ops.CROP_AND_RESIZE_GRAD_BOXES,
            (sample((2, *size, 2), "float32"), IMAGE, INNER, np.array([1, 0], "int32")),
            edges,
            tolerance=64,
        )
        for size in ((2, 3), (4, 3))
    ),
    *(
        Case(
            ops.DRAW_BOUNDING_BOXES_V2,
            (
                sample((2, 6, 7, channels), dtype),
                np.array(
                    [[[0.2, 0.1, 0.8, 0.7], [0.3, 0.3, 1.0, 0.9]], [[0.5, -0.8, 1.7, 0.4], [0, 0, 0, 0]]], "float32"
                ),
                np.array([[1.0, 0.5, 0.25, 0.125]], "float32"),
            ),
            drawn,
        )
        for channels in (1, 3)
        for dtype in ("float32", "float16")
    ),
]
