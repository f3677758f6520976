"""Cases for ``flowstone_image.ops.resize``: one pixel at a time, in double precision.

Sizes are such that no new pixel's middle falls on the edge of an old one by rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, gathered, number
from flowstone_conformance.samples import FLOATS, sample

from flowstone_image.ops import resize as ops

Weights = dict[int, float]


def place(i: int, size: int, out: int, align_corners: bool, half_pixel_centers: bool) -> float:
    """Where a new pixel lies among the old ones."""
    scale = (size - 1) / (out - 1) if align_corners and out > 1 else size / out
    return (i + 0.5) * scale - 0.5 if half_pixel_centers else i * scale


def add(weights: Weights, at: int, size: int, weight: float) -> Weights:
    """One more weight, at the border if it lies outside."""
    at = max(0, min(size - 1, at))
    weights[at] = weights.get(at, 0.0) + weight
    return weights


def bilinear(i: int, size: int, out: int, align_corners: bool = False, half_pixel_centers: bool = False) -> Weights:
    """Two neighbours, by distance."""
    at = place(i, size, out, align_corners, half_pixel_centers)
    below = math.floor(at)
    return add(add({}, below, size, 1 - (at - below)), below + 1, size, at - below)


def nearest(i: int, size: int, out: int, align_corners: bool = False, half_pixel_centers: bool = False) -> Weights:
    """The pixel that the new one's place falls into."""
    at = place(i, size, out, align_corners, half_pixel_centers) + (0.5 if half_pixel_centers or align_corners else 0)
    return add({}, math.floor(at), size, 1.0)


def cubic(distance: float, a: float) -> float:
    """Keys' function."""
    x = abs(distance)
    if x <= 1:
        return ((a + 2) * x - (a + 3)) * x * x + 1
    return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a


def bicubic(i: int, size: int, out: int, align_corners: bool = False, half_pixel_centers: bool = False) -> Weights:
    """Four neighbours, by a cubic function of the distance in 1/1024."""
    at = place(i, size, out, align_corners, half_pixel_centers)
    below = math.floor(at)
    share = round((at - below) * 1024) / 1024
    found: Weights = {}
    for offset in range(-1, 3):
        weight = cubic(offset - share, -0.5 if half_pixel_centers else -0.75)
        if not half_pixel_centers or 0 <= below + offset < size:
            add(found, below + offset, size, weight)
    total = sum(found.values()) if half_pixel_centers else 1.0
    return {at: weight / total for at, weight in found.items()}


def area(i: int, size: int, out: int, align_corners: bool = False) -> Weights:
    """What the new pixel covers."""
    scale = (size - 1) / (out - 1) if align_corners and out > 1 else size / out
    start, end = i * scale, (i + 1) * scale
    found: Weights = {}
    for at in range(math.floor(start), math.ceil(end)):
        add(found, at, size, (min(at + 1, end) - max(at, start)) / scale)
    return found


def lanczos(radius: int) -> Callable[[float], float]:
    """The product of two cardinal sines."""
    return lambda x: 0.0 if x >= radius else (1.0 if x == 0 else _sinc(x) * _sinc(x / radius))


def _sinc(x: float) -> float:
    return math.sin(math.pi * x) / (math.pi * x)


def mitchell(x: float) -> float:
    """Mitchell and Netravali's function with 1/3, 1/3."""
    if x < 1:
        return (21 * x**3 - 36 * x**2 + 16) / 18
    return (-7 * x**3 + 36 * x**2 - 60 * x + 32) / 18 if x < 2 else 0.0


KERNELS: dict[str, tuple[float, Callable[[float], float]]] = {
    "lanczos1": (1, lanczos(1)),
    "lanczos3": (3, lanczos(3)),
    "lanczos5": (5, lanczos(5)),
    "gaussian": (1.5, lambda x: math.exp(-2 * x * x) if x < 1.5 else 0.0),
    "triangle": (1, lambda x: max(0.0, 1 - x)),
    "keyscubic": (2, lambda x: cubic(x, -0.5) if x < 2 else 0.0),
    "mitchellcubic": (2, mitchell),
}


def filtered(i: int, size: int, out: int, scale: float, shift: float, kernel_type: str, antialias: bool) -> Weights:
    """A filter around the new pixel's place, where that lies in the image."""
    at = (i + 0.5) / scale - shift / scale
    stretch = max(1 / scale, 1.0) if antialias else 1.0
    if not 0 <= at <= size:
        return {}
    _, weight = KERNELS[kernel_type]
    found = {source: weight(abs(source + 0.5 - at) / stretch) for source in range(size)}
    total = sum(found.values())
    return {source: value / total for source, value in found.items()} if abs(total) > 1e-30 else {}


def applied(x: Array, rows: list[Weights], columns: list[Weights], dtype: Any) -> Array:
    """The weighted sum of old pixels for each new one."""

    def value(index: tuple[int, ...]) -> Any:
        n, i, j, c = index
        terms = [
            number(x[n, y, z, c]) * weight * other for y, weight in rows[i].items() for z, other in columns[j].items()
        ]
        return math.fsum(terms)

    return gathered((x.shape[0], len(rows), len(columns), x.shape[3]), np.dtype(np.float64), value).astype(dtype)


def transposed(every: list[Weights], size: int) -> list[Weights]:
    """What each old pixel gives to each new one."""
    return [{i: weights[at] for i, weights in enumerate(every) if at in weights} for at in range(size)]


def forward(method: Callable[..., Weights], same_type: bool = False) -> Callable[..., Array]:
    """The reference of a method."""

    def reference(x: Array, size: Array, **attrs: Any) -> Array:
        lines = [[method(i, x.shape[1 + a], int(size[a]), **attrs) for i in range(int(size[a]))] for a in (0, 1)]
        return applied(x, lines[0], lines[1], x.dtype if same_type else np.float32)

    return reference


def backward(method: Callable[..., Weights]) -> Callable[..., Array]:
    """The reference of a method's gradient."""

    def reference(dy: Array, like: Array, **attrs: Any) -> Array:
        sizes = like.tolist() if like.ndim == 1 else like.shape[1:3]
        lines = [
            transposed([method(i, sizes[a], dy.shape[1 + a], **attrs) for i in range(dy.shape[1 + a])], sizes[a])
            for a in (0, 1)
        ]
        return applied(dy, lines[0], lines[1], like.dtype if like.ndim == 4 else dy.dtype)

    return reference


def lines_of(shape: Any, out: Any, scale: Array, shift: Array, attrs: dict[str, Any]) -> list[list[Weights]]:
    """The filters along both dimensions."""
    chosen: dict[str, Any] = {"kernel_type": "lanczos3", "antialias": True} | attrs
    return [
        [filtered(i, shape[1 + a], int(out[a]), float(scale[a]), float(shift[a]), **chosen) for i in range(int(out[a]))]
        for a in (0, 1)
    ]


def scale_and_translate(x: Array, size: Array, scale: Array, shift: Array, **attrs: Any) -> Array:
    """The reference of filters of any width."""
    rows, columns = lines_of(x.shape, size, scale, shift, attrs)
    return applied(x, rows, columns, np.float32)


def scale_and_translate_grad(dy: Array, x: Array, scale: Array, shift: Array, **attrs: Any) -> Array:
    """The reference of their gradient."""
    lines = lines_of(x.shape, dy.shape[1:3], scale, shift, attrs)
    return applied(dy, transposed(lines[0], x.shape[1]), transposed(lines[1], x.shape[2]), x.dtype)


def ints(*values: int) -> Array:
    """A size."""
    return np.array(values, "int32")


def floats(*values: float) -> Array:
    """A scale, or a translation."""
    return np.array(values, "float32")


CENTERS: tuple[dict[str, bool], ...] = ({}, {"align_corners": True}, {"half_pixel_centers": True})
SIZES = ((3, 4), (8, 10), (4, 5), (1, 7))
SHAPE = (2, 4, 5, 2)

CASES = [
    *(
        Case(op, (sample(SHAPE, dtype), ints(*size)), forward(method, op is ops.RESIZE_NEAREST), attrs, tolerance=16)
        for op, method in (
            (ops.RESIZE_BILINEAR, bilinear),
            (ops.RESIZE_BICUBIC, bicubic),
            (ops.RESIZE_NEAREST, nearest),
        )
        for dtype in (*FLOATS, "uint8", "int32")
        for attrs in CENTERS
        for size in SIZES
        if dtype == "float32" or size == (8, 10)
    ),
    *(
        Case(ops.RESIZE_AREA, (sample(SHAPE, dtype), ints(*size)), forward(area), tolerance=16)
        for dtype in ("float32", "uint8")
        for size in SIZES
    ),
    *(
        Case(
            op,
            (sample((2, 8, 10, 2), "float32"), sample(SHAPE, dtype)),
            backward(method),
            attrs,
            tolerance=16 if dtype == "float32" else 1e6,
        )
        for op, method in ((ops.RESIZE_BILINEAR_GRAD, bilinear), (ops.RESIZE_BICUBIC_GRAD, bicubic))
        for dtype in ("float32", "float64")
        for attrs in CENTERS
        if dtype == "float32" or not attrs
    ),
    *(
        Case(
            ops.RESIZE_NEAREST_GRAD, (sample((2, 8, 10, 2), dtype), ints(4, 5)), backward(nearest), attrs, tolerance=16
        )
        for dtype in ("float32", "float64", "int32")
        for attrs in CENTERS
    ),
    *(
        Case(
            ops.SCALE_AND_TRANSLATE,
            (sample(SHAPE, "float32"), ints(*size), floats(size[0] / 4, size[1] / 5), floats(*shift)),
            scale_and_translate,
            {"kernel_type": kind, "antialias": antialias},
            tolerance=16,
        )
        for kind in KERNELS
        for antialias in (True, False)
        for size, shift in (((3, 4), (0.0, 0.0)), ((8, 10), (0.0, 0.0)), ((6, 7), (1.25, -0.3)))
        if kind != "gaussian" or size == (8, 10)  # it jumps where others are 0
    ),
    *(
        Case(
            ops.SCALE_AND_TRANSLATE_GRAD,
            (
                sample((2, *size, 2), "float32"),
                sample(SHAPE, "float32"),
                floats(size[0] / 4, size[1] / 5),
                floats(0, 0),
            ),
            scale_and_translate_grad,
            {"kernel_type": kind},
            tolerance=16,
        )
        for kind in ("triangle", "lanczos3")
        for size in ((3, 4), (8, 10))
    ),
]
