"""Kernels of ``flowstone_image.ops.glimpse``."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet

from flowstone_image.ops import glimpse as ops

KERNELS = KernelSet()

_F = np.float32


def _check(input: Any, size: Any, offsets: Any) -> None:
    if input.ndim != 4 or size.shape != (2,) or offsets.shape != (len(input), 2) or size.min() < 0:
        raise SpecError(
            f"ExtractGlimpse takes images of 4 dimensions, a size of 2 numbers and offsets [batch, 2], "
            f"got shapes {input.shape}, {size.shape}, {offsets.shape}, and the size {size.tolist()}."
        )


def _noise(image: Any, shape: tuple[int, ...], kind: str) -> Any:
    """What is where the image is not."""
    if kind == "zero" or not image.size:
        return np.zeros(shape, _F)
    random = np.random.default_rng()
    if kind == "uniform":
        low, high = image.min(), image.max()
        return random.random(shape, _F) * (high - low) + low
    axes = (0, 1)
    drawn = random.standard_normal(shape, _F) * image.std(axes) + image.mean(axes)
    return np.clip(drawn, image.min(axes), image.max(axes)).astype(_F)


def _glimpses(input: Any, size: Any, starts: Any, kind: str) -> Any:
    """The windows that begin at ``starts``, rows and columns cut to whole numbers."""
    result = np.empty((len(input), *size.tolist(), input.shape[3]), _F)
    for image, out, start in zip(input, result, np.trunc(starts).astype(np.int64), strict=True):
        first = np.maximum(start, 0)
        last = np.minimum(start + size, image.shape[:2])
        whole = bool((first == start).all() and (last == start + size).all())
        if not whole:
            out[...] = _noise(image, out.shape, kind)
        if (first < last).all():
            (top, left), (bottom, right) = first - start, last - start
            out[top:bottom, left:right] = image[first[0] : last[0], first[1] : last[1]]
    return result


def _kind(noise: Any, uniform_noise: bool) -> str:
    name: str = noise.decode() if isinstance(noise, bytes) else noise
    if name not in ("uniform", "gaussian", "zero"):
        raise SpecError(f"The noise could only be uniform, gaussian, or zero, got {name!r}.")
    if uniform_noise and name != "uniform":
        raise SpecError("The uniform_noise and noise could not be specified at the same time.")
    return name


@KERNELS.add(ops.EXTRACT_GLIMPSE)
def extract_glimpse(
    input: Any, size: Any, offsets: Any, *, centered: bool, normalized: bool, uniform_noise: bool, noise: Any
) -> Any:
    """Windows whose middles are given; half an offset counts from the middle of the image."""
    _check(input, size, offsets)
    kind = _kind(noise, uniform_noise)
    sizes = np.array(input.shape[1:3], _F)
    at = offsets * sizes if normalized else offsets
    if centered:
        at = (at + sizes) / 2
    return _glimpses(input, size, at - size.astype(_F) / 2, kind)


@KERNELS.add(ops.EXTRACT_GLIMPSE_V2)
def extract_glimpse_v2(
    input: Any, size: Any, offsets: Any, *, centered: bool, normalized: bool, uniform_noise: bool, noise: Any
) -> Any:
    """Windows; only fractions from the middle of the image say where their middles are."""
    _check(input, size, offsets)
    kind = _kind(noise, uniform_noise)
    sizes = np.array(input.shape[1:3], _F)
    if not normalized:
        at = offsets + sizes / 2 if centered else offsets
    else:
        at = (offsets * sizes + sizes - size) / 2 if centered else offsets * sizes
    return _glimpses(input, size, at, kind)
