"""Kernels of ``flowstone_image.ops.distortion``: the parts that TensorFlow draws, number by number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from flowstone_core.distributions import unit_floats
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.stateless_random import scrambled
from flowstone_core.philox import philox
from flowstone_core.random_state import Site, SiteKernel

from flowstone_image.ops import distortion as ops

KERNELS = KernelSet()

_F = np.float32
_WORDS = 1 << 32
_CHUNK = 16


class _Rectangle(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int

    def area(self) -> int:
        return max(0, self.right - self.left) * max(0, self.bottom - self.top)

    def common(self, other: _Rectangle) -> int:
        """The area of the intersection."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0, width) * max(0, height)


class _Numbers:
    """Random numbers, one by one."""

    def __init__(self, key: int, counter: int) -> None:
        self._words = self._stream(key, counter)

    @staticmethod
    def _stream(key: int, counter: int) -> Iterator[int]:
        while True:
            yield from philox(key, counter, _CHUNK).reshape(-1).tolist()
            counter += _CHUNK

    def unit(self) -> Any:
        """From [0, 1)."""
        return unit_floats(np.array([next(self._words)], np.uint32), _F)[0]

    def below(self, limit: int) -> int:
        """From the integers below ``limit``, all with the same chance."""
        if not limit & (limit - 1):
            return next(self._words) & (limit - 1)
        least = _WORDS % limit
        word = next(self._words)
        while word < least:
            word = next(self._words)
        return word % limit


def _rounded(value: Any) -> int:
    return int(np.rint(value))


def _crop(width: int, height: int, areas: tuple[Any, Any], ratio: Any, numbers: _Numbers) -> _Rectangle | None:
    """A part of the image with an aspect ratio and an area between limits, or None if there is none."""
    if areas[1] <= 0 or ratio <= 0 or width <= 0 or height <= 0 or areas[0] > areas[1]:
        return None
    least, most = (_F(area) * _F(width) * _F(height) for area in areas)
    rows, limit = (_rounded(np.sqrt(area / ratio)) for area in (least, most))
    if _rounded(_F(limit) * ratio) > width:
        limit = int((_F(width) + _F(0.5) - _F(1e-7)) / ratio)
        if _rounded(_F(limit) * ratio) > width:
            limit -= 1
    limit = min(limit, height)
    rows = min(rows, limit)
    if rows < limit:
        rows += numbers.below(limit - rows + 1)
    columns = _rounded(_F(rows) * ratio)
    if rows * columns < least:
        rows += 1
        columns = _rounded(_F(rows) * ratio)
    if rows * columns > most:
        rows -= 1
        columns = _rounded(_F(rows) * ratio)
    if not least <= rows * columns <= most or not 0 < columns <= width or not 0 < rows <= height:
        return None
    top = numbers.below(height - rows) if rows < height else 0
    left = numbers.below(width - columns) if columns < width else 0
    return _Rectangle(left, top, left + columns, top + rows)


def _boxes(bounding_boxes: Any, width: int, height: int, whole: bool) -> list[_Rectangle]:
    rows = bounding_boxes.reshape(-1, 4)
    if not ((rows >= 0) & (rows <= 1)).all():
        raise SpecError(f"All bounding box coordinates must be in [0, 1], got {rows.tolist()}.")
    scale = np.array([height, width, height, width], _F)
    boxes = [
        _Rectangle(left, top, right, bottom) for top, left, bottom, right in (rows * scale).astype(np.int64).tolist()
    ]
    if not boxes and not whole:
        raise SpecError(
            "No bounding boxes provided as input. One must enable use_image_if_no_bounding_boxes if you wish to not "
            "provide any bounding boxes."
        )
    return boxes or [_Rectangle(0, 0, width, height)]


def _check(image_size: Any, bounding_boxes: Any, covered: Any, ratios: Any, areas: Any, attempts: int) -> None:
    if image_size.shape != (3,) or bounding_boxes.ndim != 3 or bounding_boxes.shape[2] != 4:
        raise SpecError(
            f"SampleDistortedBoundingBox takes 3 sizes and boxes [batch, n, 4], got {image_size.shape}, "
            f"{bounding_boxes.shape}."
        )
    if len(ratios) != 2 or min(ratios) <= 0:
        raise SpecError(f"Aspect ratio range must be 2 positive numbers, got {list(ratios)}.")
    if len(areas) != 2 or min(areas) <= 0 or max(areas) > 1:
        raise SpecError(f"Area range must be 2 numbers in (0, 1], got {list(areas)}.")
    if attempts <= 0 or covered < 0:
        raise SpecError(f"max_attempts must be positive and min_object_covered at least 0, got {attempts}, {covered}.")


def _sampled(
    numbers: _Numbers, image_size: Any, boxes: list[_Rectangle], covered: Any, ratios: Any, areas: Any, attempts: int
) -> Any:
    height, width = int(image_size[0]), int(image_size[1])
    low, high = map(_F, ratios)
    found = _Rectangle(0, 0, width, height)
    for _ in range(attempts):
        ratio = numbers.unit() * (high - low) + low
        part = _crop(width, height, (_F(areas[0]), _F(areas[1])), ratio, numbers)
        if part and any(box.area() >= 1 and _F(part.common(box)) / _F(box.area()) >= covered for box in boxes):
            found = part
            break
    kind = image_size.dtype
    place = np.array([found.top, found.left, found.bottom, found.right], _F)
    return (
        np.array([found.top, found.left, 0], kind),
        np.array([found.bottom - found.top, found.right - found.left, -1]).astype(kind),
        (place / np.array([height, width, height, width], _F)).reshape(1, 1, 4),
    )


def _drawn(
    stream: Any,
    image_size: Any,
    bounding_boxes: Any,
    min_object_covered: Any,
    *,
    aspect_ratio_range: Any,
    area_range: Any,
    max_attempts: int,
    use_image_if_no_bounding_boxes: bool,
) -> Any:
    """``stream`` gives the key and the counter, once everything is checked."""
    covered = _F(min_object_covered)
    _check(image_size, bounding_boxes, covered, aspect_ratio_range, area_range, max_attempts)
    boxes = _boxes(bounding_boxes, int(image_size[1]), int(image_size[0]), use_image_if_no_bounding_boxes)
    numbers = _Numbers(*stream())
    return _sampled(numbers, image_size, boxes, covered, aspect_ratio_range, area_range, max_attempts)


@KERNELS.add(ops.SAMPLE_DISTORTED_BOUNDING_BOX_V2)
@SiteKernel
def sample_distorted_bounding_box_v2(
    site: Site, image_size: Any, bounding_boxes: Any, min_object_covered: Any, *, seed: int, seed2: int, **attrs: Any
) -> Any:
    """By the stream of the call site."""
    blocks = attrs["max_attempts"]  # of four words each
    return _drawn(lambda: site.take(seed, seed2, blocks), image_size, bounding_boxes, min_object_covered, **attrs)


@KERNELS.add(ops.SAMPLE_DISTORTED_BOUNDING_BOX)
@SiteKernel
def sample_distorted_bounding_box(
    site: Site, image_size: Any, bounding_boxes: Any, *, min_object_covered: float, seed: int, seed2: int, **attrs: Any
) -> Any:
    """The share that must be covered is an attribute."""
    blocks = attrs["max_attempts"]
    return _drawn(lambda: site.take(seed, seed2, blocks), image_size, bounding_boxes, min_object_covered, **attrs)


@KERNELS.add(ops.STATELESS_SAMPLE_DISTORTED_BOUNDING_BOX)
def stateless_sample_distorted_bounding_box(
    image_size: Any, bounding_boxes: Any, min_object_covered: Any, seed: Any, **attrs: Any
) -> Any:
    """By a seed."""
    return _drawn(lambda: scrambled(seed), image_size, bounding_boxes, min_object_covered, **attrs)
