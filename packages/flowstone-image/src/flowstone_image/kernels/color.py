"""Kernels of ``flowstone_image.ops.color``."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.errors import FailedPreconditionError, SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow

from flowstone_image.ops import color as ops

KERNELS = KernelSet()


def _check(images: Any, rank: int = 1) -> None:
    if images.ndim < rank or images.shape[-1] != 3:
        raise SpecError(f"Images must have {rank} or more dimensions, the last of 3 colours; got {images.shape}.")


def _hue(images: Any, smallest: Any, largest: Any) -> Any:
    """The place on the colour circle, in [0, 1); 0 for greys."""
    red, green, blue = np.moveaxis(images, -1, 0)
    span = largest - smallest
    sixth = 1 / np.where(span > 0, 6 * span, 1)
    hue = np.where(
        red == largest,
        sixth * (green - blue),
        np.where(green == largest, sixth * (blue - red) + 1 / 3, sixth * (red - green) + 2 / 3),
    )
    hue = np.where(span > 0, hue, 0)
    return np.where(hue < 0, hue + 1, hue)


def _mixed(hue: Any) -> Any:
    """The pure colour of a hue: how much of red, green and blue."""
    turned = hue * 6
    parts = (np.abs(turned - 3) - 1, 2 - np.abs(turned - 2), 2 - np.abs(turned - 4))
    return np.stack([np.clip(part, 0, 1) for part in parts], -1)


@add_with_narrow(KERNELS, ops.RGB_TO_HSV)
def rgb_to_hsv(images: Any) -> Any:
    """Hue, saturation, value."""
    if images.ndim and images.shape[-1] != 3:
        raise FailedPreconditionError(None, None, f"RGBToHSV: images have 3 channels, got shape {images.shape}.")
    _check(images)
    largest, smallest = images.max(-1), images.min(-1)
    saturation = np.where(largest > 0, (largest - smallest) / np.where(largest > 0, largest, 1), 0)
    return np.stack([_hue(images, smallest, largest), saturation, largest], -1).astype(images.dtype, copy=False)


@add_with_narrow(KERNELS, ops.HSV_TO_RGB)
def hsv_to_rgb(images: Any) -> Any:
    """Red, green, blue."""
    if images.ndim and images.shape[-1] != 3:
        raise FailedPreconditionError(None, None, f"HSVToRGB: images have 3 channels, got shape {images.shape}.")
    _check(images)
    hue, saturation, value = (images[..., channel] for channel in range(3))
    saturation = saturation[..., None]
    return (((1 - saturation) + saturation * _mixed(hue)) * value[..., None]).astype(images.dtype, copy=False)


@add_with_narrow(KERNELS, ops.ADJUST_CONTRAST)
def adjust_contrast(images: Any, contrast_factor: Any) -> Any:
    """Distances from the mean of the image's channel, times a factor."""
    if images.ndim < 3:
        raise SpecError(f"Images must have at least 3 dimensions, got shape {images.shape}.")
    mean = images.mean((-3, -2), keepdims=True, dtype=images.dtype)
    return (images - mean) * contrast_factor.astype(images.dtype) + mean


@add_with_narrow(KERNELS, ops.ADJUST_HUE)
def adjust_hue(images: Any, delta: Any) -> Any:
    """Colours turned on the circle; the largest and the smallest part stay."""
    _check(images, 3)
    largest, smallest = images.max(-1), images.min(-1)
    hue = np.mod(_hue(images, smallest, largest) + delta.astype(images.dtype), 1)
    span = (largest - smallest)[..., None]
    return (smallest[..., None] + span * _mixed(hue)).astype(images.dtype, copy=False)


@add_with_narrow(KERNELS, ops.ADJUST_SATURATION)
def adjust_saturation(images: Any, scale: Any) -> Any:
    """Saturation times a factor, kept in [0, 1]."""
    _check(images, 3)
    hue, saturation, value = (rgb_to_hsv(images)[..., channel] for channel in range(3))
    saturation = np.clip(saturation * scale.astype(images.dtype), 0, 1)
    return hsv_to_rgb(np.stack([hue, saturation, value], -1))
