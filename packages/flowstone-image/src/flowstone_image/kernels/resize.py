"""Kernels of ``flowstone_image.ops.resize``: each method is, along each dimension, a few source places with weights.

Places and weights are computed in float32, as TensorFlow does, so that ties fall on the same side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet

from flowstone_image.ops import resize as ops

KERNELS = KernelSet()

_F = np.float32


class Taps(NamedTuple):
    """Where each place of a resized dimension comes from: ``[out, taps]`` source places, and their weights."""

    places: Any
    weights: Any

    def matrix(self, size: int) -> Any:
        """The same as a matrix ``[out, size]``."""
        matrix = np.zeros((len(self.places), size), self.weights.dtype)
        np.add.at(matrix, (np.arange(len(self.places))[:, None], self.places), self.weights)
        return matrix


# -- places --------------------------------------------------------------------------------------------------------


def _scale(size: int, out: int, align_corners: bool) -> Any:
    if align_corners and out > 1:
        return _F(size - 1) / _F(out - 1)
    return _F(size) / _F(out)


def _positions(size: int, out: int, align_corners: bool, half_pixel_centers: bool) -> Any:
    """Where the middle of each new place lies among the old ones."""
    scale, places = _scale(size, out, align_corners), np.arange(out, dtype=_F)
    if half_pixel_centers:
        return (places + _F(0.5)) * scale - _F(0.5)
    return places * scale


def _bilinear(size: int, out: int, **attrs: bool) -> Taps:
    at = _positions(size, out, **attrs)
    below = np.floor(at)
    share = at - below
    places = np.stack([np.maximum(below, 0), np.minimum(np.ceil(at), size - 1)], 1).astype(np.int64)
    return Taps(places, np.stack([1 - share, share], 1))


def _nearest(size: int, out: int, align_corners: bool, half_pixel_centers: bool) -> Any:
    scale, places = _scale(size, out, align_corners), np.arange(out, dtype=_F)
    at = (places + _F(0.5)) * scale if half_pixel_centers else places * scale
    found = np.floor(at + _F(0.5)) if align_corners else np.floor(at)
    return np.clip(found, 0, size - 1).astype(np.int64)


_TABLE = 1024
"""Cubic weights are taken from a table of so many distances, as TensorFlow's are."""


def _bicubic(size: int, out: int, align_corners: bool, half_pixel_centers: bool) -> Taps:
    """Keys' cubic with -0.5, cut at the borders, for half-pixel centers; otherwise -0.75, with the borders repeated."""
    a = _F(-0.5 if half_pixel_centers else -0.75)
    x = np.arange(_TABLE + 1, dtype=_F) / _F(_TABLE)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    x = x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    at = _positions(size, out, align_corners, half_pixel_centers)
    below = np.floor(at)
    offset = np.rint((at - below) * _F(_TABLE)).astype(np.int64)
    weights = np.stack([far[offset], near[offset], near[_TABLE - offset], far[_TABLE - offset]], 1)
    wanted = below.astype(np.int64)[:, None] + np.arange(-1, 3)
    places = np.clip(wanted, 0, size - 1)
    if half_pixel_centers:
        weights = np.where(places == wanted, weights, _F(0))
        weights = weights / weights.sum(1, keepdims=True)
    return Taps(places, weights)


def _area(size: int, out: int, align_corners: bool) -> Any:
    """The matrix of which each row has the share of every old place that a new one covers."""
    scale = _scale(size, out, align_corners)
    start = np.arange(out, dtype=_F) * scale
    end = np.arange(1, out + 1, dtype=_F) * scale
    first, behind = np.floor(start).astype(int), np.ceil(end).astype(int)
    matrix = np.zeros((out, size), _F)
    for offset in range(int((behind - first).max())):
        place = (first + offset).astype(_F)
        covered = np.minimum(place + 1, end) - np.maximum(place, start)
        inside = first + offset < behind
        np.add.at(
            matrix, (np.arange(out), np.minimum(first + offset, size - 1)), np.where(inside, covered, _F(0)).astype(_F)
        )
    return matrix / scale


# -- filters of any width --------------------------------------------------------------------------------------------


def _lanczos(radius: int) -> Callable[[Any], Any]:
    def weight(x: Any) -> Any:
        return np.where(np.abs(x) < radius, np.sinc(x) * np.sinc(x / radius), 0)

    return weight


def _keys_cubic(x: Any) -> Any:
    inner = ((1.5 * x - 2.5) * x) * x + 1
    outer = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, inner, np.where(x < 2, outer, 0))


def _mitchell_cubic(x: Any) -> Any:
    inner = ((7 * x / 6 - 2) * x) * x + 16 / 18
    outer = ((-7 * x / 18 + 2) * x - 10 / 3) * x + 16 / 9
    return np.where(x < 1, inner, np.where(x < 2, outer, 0))


_FILTERS: dict[str, tuple[float, Callable[[Any], Any]]] = {
    "lanczos1": (1, _lanczos(1)),
    "lanczos3": (3, _lanczos(3)),
    "lanczos5": (5, _lanczos(5)),
    "gaussian": (1.5, lambda x: np.where(x < 1.5, np.exp(-2 * x * x), 0)),
    "box": (0.5, lambda x: np.where(x < 0.5, 1.0, np.where(x == 0.5, 0.5, 0.0))),
    "triangle": (1, lambda x: np.maximum(1 - x, 0)),
    "keyscubic": (2, _keys_cubic),
    "mitchellcubic": (2, _mitchell_cubic),
}
"""How far each filter reaches, and its weight at a distance."""


def _filtered(size: int, out: int, scale: float, translation: float, kernel_type: str, antialias: bool) -> Any:
    """The matrix of a filter; rows of places outside the image are 0."""
    if kernel_type not in _FILTERS:
        raise SpecError(f"ScaleAndTranslate: kernel_type must be one of {sorted(_FILTERS)}, got {kernel_type!r}.")
    if not scale > 0:
        raise SpecError(f"ScaleAndTranslate: scale must be positive, got {scale}.")
    reach, weight = _FILTERS[kernel_type]
    inverse = _F(1) / _F(scale)
    stretch = max(inverse, _F(1)) if antialias else _F(1)
    at = (np.arange(out, dtype=_F) + _F(0.5)) * inverse - inverse * _F(translation)
    around = _F(reach) * stretch
    first = np.clip(np.ceil(at - around - _F(0.5)), 0, size - 1)
    last = np.clip(np.floor(at + around - _F(0.5)), 0, size - 1)
    source = np.arange(size, dtype=_F)
    weights = weight(np.abs((source + _F(0.5) - at[:, None]) / stretch))
    weights = np.where((source >= first[:, None]) & (source <= last[:, None]), weights, 0)
    total = weights.sum(1, keepdims=True)
    inside = ((at >= 0) & (at <= size))[:, None] & (np.abs(total) > 1e-35)
    return np.where(inside, weights / np.where(inside, total, 1), 0).astype(_F)


# -- applying them -----------------------------------------------------------------------------------------------------


def _checked(images: Any, size: Any) -> tuple[int, int]:
    if images.ndim != 4:
        raise SpecError(f"Resizing: images must have 4 dimensions, got shape {images.shape}.")
    if size.shape != (2,) or size.min() < 1:
        raise SpecError(f"Resizing: size must be 2 positive numbers, got {size.tolist()}.")
    if 0 in images.shape[1:]:
        raise SpecError(f"Resizing: images must not be empty, got shape {images.shape}.")
    return int(size[0]), int(size[1])


def _gathered(x: Any, taps: Taps, axis: int) -> Any:
    """A weighted sum of a few source places along a dimension."""
    shape = [1] * x.ndim
    shape[axis] = -1
    total = np.take(x, taps.places[:, 0], axis) * taps.weights[:, 0].reshape(shape)
    for number in range(1, taps.places.shape[1]):
        weights = taps.weights[:, number]
        if weights.any():
            total += np.take(x, taps.places[:, number], axis) * weights.reshape(shape)
    return total


def _multiplied(x: Any, rows: Any, columns: Any) -> Any:
    """``rows · x · columnsᵀ`` for each image and channel."""
    batch, height, width, channels = x.shape
    x = (rows @ x.reshape(batch, height, width * channels)).reshape(batch, len(rows), width, channels)
    return columns @ x


def _by_taps(make: Callable[..., Taps]) -> Callable[..., Any]:
    def kernel(images: Any, size: Any, **attrs: bool) -> Any:
        height, width = _checked(images, size)
        x = images.astype(_F, copy=False)
        down = make(images.shape[1], height, **attrs)
        return _gathered(_gathered(x, down, 1), make(images.shape[2], width, **attrs), 2)

    return kernel


def _back_by_taps(make: Callable[..., Taps]) -> Callable[..., Any]:
    def kernel(grads: Any, original_image: Any, **attrs: bool) -> Any:
        if grads.ndim != 4 or original_image.ndim != 4:
            raise SpecError(f"Resizing: got a gradient of shape {grads.shape} for images {original_image.shape}.")
        matrices = [
            make(original_image.shape[axis], grads.shape[axis], **attrs).matrix(original_image.shape[axis]).T
            for axis in (1, 2)
        ]
        return _multiplied(grads, *matrices).astype(original_image.dtype, copy=False)

    return kernel


KERNELS.add(ops.RESIZE_BILINEAR)(_by_taps(_bilinear))
KERNELS.add(ops.RESIZE_BICUBIC)(_by_taps(_bicubic))
KERNELS.add(ops.RESIZE_BILINEAR_GRAD)(_back_by_taps(_bilinear))
KERNELS.add(ops.RESIZE_BICUBIC_GRAD)(_back_by_taps(_bicubic))


@KERNELS.add(ops.RESIZE_NEAREST)
def resize_nearest(images: Any, size: Any, **attrs: bool) -> Any:
    """Each new place takes the old one that it falls into."""
    height, width = _checked(images, size)
    rows = np.take(images, _nearest(images.shape[1], height, **attrs), 1)
    return np.take(rows, _nearest(images.shape[2], width, **attrs), 2)


@KERNELS.add(ops.RESIZE_NEAREST_GRAD)
def resize_nearest_grad(grads: Any, size: Any, **attrs: bool) -> Any:
    """Each old place takes the sum of the new ones that fell into it."""
    height, width = _checked(grads, size)
    result = np.zeros((grads.shape[0], height, width, grads.shape[3]), grads.dtype)
    rows, columns = _nearest(height, grads.shape[1], **attrs), _nearest(width, grads.shape[2], **attrs)
    everywhere: Any = (slice(None), rows[:, None], columns)
    np.add.at(result, everywhere, grads)
    return result


@KERNELS.add(ops.RESIZE_AREA)
def resize_area(images: Any, size: Any, *, align_corners: bool) -> Any:
    """Each new place is the mean of what it covers."""
    height, width = _checked(images, size)
    rows, columns = _area(images.shape[1], height, align_corners), _area(images.shape[2], width, align_corners)
    return _multiplied(images.astype(_F, copy=False), rows, columns)


def _filters(images: Any, out: Any, scale: Any, translation: Any, attrs: dict[str, Any]) -> list[Any]:
    if scale.shape != (2,) or translation.shape != (2,):
        raise SpecError(f"ScaleAndTranslate: scale and translation have 2 numbers, got {scale} and {translation}.")
    return [
        _filtered(images.shape[1 + axis], out[axis], float(scale[axis]), float(translation[axis]), **attrs)
        for axis in (0, 1)
    ]


@KERNELS.add(ops.SCALE_AND_TRANSLATE)
def scale_and_translate(images: Any, size: Any, scale: Any, translation: Any, **attrs: Any) -> Any:
    """A filter, as wide as the distance of new places where ``antialias`` is set."""
    matrices = _filters(images, _checked(images, size), scale, translation, attrs)
    return _multiplied(images.astype(_F, copy=False), *matrices)


@KERNELS.add(ops.SCALE_AND_TRANSLATE_GRAD)
def scale_and_translate_grad(grads: Any, original_image: Any, scale: Any, translation: Any, **attrs: Any) -> Any:
    """The transposed filter."""
    rows, columns = _filters(original_image, grads.shape[1:3], scale, translation, attrs)
    return _multiplied(grads, rows.T, columns.T)
