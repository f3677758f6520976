"""Kernels of ``flowstone_image.ops.projective``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet

from flowstone_image.ops import projective as ops

KERNELS = KernelSet()

_F = np.float32


# -- places outside of an image ------------------------------------------------------------------------------------


def _reflected(at: Any, size: int) -> Any:
    """``d c b a | a b c d | d c b a``."""
    twice = 2 * size
    low = np.where(at < twice, _F(twice) * np.trunc(-at / _F(twice)) + at, at)
    low = np.where(low < -size, low + _F(twice), -low - _F(1))
    high = at - _F(twice) * np.trunc(at / _F(twice))
    high = np.where(high >= size, _F(twice) - high - _F(1), high)
    return _inside(at, low, high, size)


def _wrapped(at: Any, size: int) -> Any:
    """``a b c d | a b c d | a b c d``; the period is a pixel shorter than the image, as in TensorFlow."""
    period = _F(max(1, size - 1))
    low = at + _F(size) * (np.trunc(-at / period) + _F(1))
    high = at - _F(size) * np.trunc(at / period)
    return _inside(at, low, high, size)


def _inside(at: Any, low: Any, high: Any, size: int) -> Any:
    """What stands for places below 0 and beyond the last pixel."""
    if size <= 1:
        return np.where((at < 0) | (at > size - 1), _F(0), at)
    return np.clip(np.where(at < 0, low, np.where(at > size - 1, high, at)), _F(0), _F(size - 1))


_OUTSIDE: dict[str, Callable[[Any, int], Any]] = {
    "CONSTANT": lambda at, size: at,
    "REFLECT": _reflected,
    "WRAP": _wrapped,
    "NEAREST": lambda at, size: np.clip(at, _F(0), _F(size - 1)),
}


# -- transforms ----------------------------------------------------------------------------------------------------


def _sources(transforms: Any, height: int, width: int) -> tuple[Any, Any, Any]:
    """Where each pixel of the result comes from, row and column, and where that is nowhere: ``[n, height, width]``."""
    a0, a1, a2, b0, b1, b2, c0, c1 = (transforms[:, index, None, None] for index in range(8))
    y, x = np.arange(height, dtype=_F)[:, None], np.arange(width, dtype=_F)
    with np.errstate(all="ignore"):
        depth = c0 * x + c1 * y + _F(1)
        nowhere = depth == 0
        depth = np.where(nowhere, _F(1), depth)
        return (b0 * x + b1 * y + b2) / depth, (a0 * x + a1 * y + a2) / depth, nowhere


def _check(images: Any, transforms: Any, output_shape: Any, interpolation: str, fill_mode: str) -> None:
    if images.ndim != 4:
        raise SpecError(f"input images must have rank 4, got shape {images.shape}.")
    if transforms.ndim != 2 or transforms.shape[1] != 8 or transforms.shape[0] not in (1, images.shape[0]):
        raise SpecError(f"transforms must have shape [1 or {images.shape[0]}, 8], got {transforms.shape}.")
    if output_shape.shape != (2,) or output_shape.min() <= 0:
        raise SpecError(f"output_shape must be 2 positive numbers, got {output_shape.tolist()}.")
    if interpolation not in ("NEAREST", "BILINEAR"):
        raise SpecError(f"Invalid interpolation {interpolation}. Supported types: NEAREST, BILINEAR.")
    if fill_mode not in _OUTSIDE:
        raise SpecError(f"Invalid mode {fill_mode}. Supported types: {', '.join(_OUTSIDE)}.")


def _transformed(images: Any, transforms: Any, output_shape: Any, fill: Any, interpolation: str, fill_mode: str) -> Any:
    _check(images, transforms, output_shape, interpolation, fill_mode)
    batch, rows, columns, _ = images.shape
    height, width = map(int, output_shape)
    y, x, nowhere = _sources(transforms, height, width)
    y, x = _OUTSIDE[fill_mode](y, rows), _OUTSIDE[fill_mode](x, columns)
    fill = np.asarray(fill, _F).astype(images.dtype)
    which = np.arange(batch)[:, None, None]

    def pixels(row: Any, column: Any) -> Any:
        inside = ((row >= 0) & (row < rows) & (column >= 0) & (column < columns))[..., None]
        if not images.size:
            return np.full((batch, height, width, images.shape[3]), fill, images.dtype)
        limits = (_F(0), _F(rows - 1)), (_F(0), _F(columns - 1))
        found = images[which, *(_whole(np.clip(at, *limit)) for at, limit in zip((row, column), limits, strict=True))]
        return np.where(inside, found, fill)

    if interpolation == "NEAREST":
        result = pixels(_half_away(y), _half_away(x))
    else:
        result = _bilinear(pixels, y, x).astype(images.dtype)
    return np.where(nowhere[..., None], fill, result) if nowhere.any() else result


def _whole(at: Any) -> Any:
    return np.nan_to_num(at).astype(np.int64)


def _half_away(at: Any) -> Any:
    """Rounded, halves away from 0."""
    return np.trunc(at + np.copysign(_F(0.5), at))


def _bilinear(pixels: Callable[[Any, Any], Any], y: Any, x: Any) -> Any:
    """The mean of four neighbours, by their distances, in float32."""
    top, left = np.floor(y), np.floor(x)
    down, right = (y - top)[..., None], (x - left)[..., None]
    up, across = (top + 1 - y)[..., None], (left + 1 - x)[..., None]

    def line(row: Any) -> Any:
        return across * pixels(row, left).astype(_F) + right * pixels(row, left + 1).astype(_F)

    return up * line(top) + down * line(top + 1)


@KERNELS.add(ops.IMAGE_PROJECTIVE_TRANSFORM_V2)
def image_projective_transform_v2(
    images: Any, transforms: Any, output_shape: Any, *, interpolation: str, fill_mode: str
) -> Any:
    """Each pixel from where the transform says; 0 from outside."""
    return _transformed(images, transforms, output_shape, 0, interpolation, fill_mode)


@KERNELS.add(ops.IMAGE_PROJECTIVE_TRANSFORM_V3)
def image_projective_transform_v3(
    images: Any, transforms: Any, output_shape: Any, fill_value: Any, *, interpolation: str, fill_mode: str
) -> Any:
    """Each pixel from where the transform says; ``fill_value`` from outside."""
    if fill_value.ndim:
        raise SpecError(f"fill_value must be a scalar, got shape {fill_value.shape}.")
    return _transformed(images, transforms, output_shape, fill_value, interpolation, fill_mode)
