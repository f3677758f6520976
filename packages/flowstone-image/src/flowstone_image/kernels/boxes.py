"""Kernels of ``flowstone_image.ops.boxes``."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from flowstone_core.errors import OutOfRangeError, SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow

from flowstone_image.ops import boxes as ops

KERNELS = KernelSet()

_F = np.float32


class _Line(NamedTuple):
    """Where the places of crops lie along one dimension, ``[boxes, crop]``: two neighbours, and the share of the second."""

    inside: Any
    first: Any
    second: Any
    share: Any


def _places(start: Any, end: Any, size: int, crop: int) -> Any:
    start, end, reach = start.astype(_F)[:, None], end.astype(_F)[:, None], _F(size - 1)
    if crop > 1:
        return start * reach + np.arange(crop, dtype=_F) * ((end - start) * reach / _F(crop - 1))
    return _F(0.5) * (start + end) * reach


def _line(start: Any, end: Any, size: int, crop: int, method: str) -> _Line:
    at = _places(start, end, size, crop)
    inside = (at >= 0) & (at <= size - 1)
    at = np.where(inside, at, _F(0))
    if method == "nearest":
        nearest = np.floor(at + _F(0.5)).astype(np.int64)
        return _Line(inside, nearest, nearest, np.zeros_like(at))
    below = np.floor(at)
    return _Line(inside, below.astype(np.int64), np.ceil(at).astype(np.int64), at - below)


def _lines(shape: Any, boxes: Any, box_ind: Any, crop: Any, method: str) -> tuple[_Line, _Line]:
    if len(shape) != 4 or boxes.ndim != 2 or boxes.shape[1] != 4 or box_ind.shape != boxes.shape[:1]:
        raise SpecError(
            f"CropAndResize takes images of 4 dimensions, boxes [n, 4] and indices [n], "
            f"got shapes {tuple(shape)}, {boxes.shape}, {box_ind.shape}."
        )
    if min(crop) < 1 or min(shape[1:3]) < 1:
        raise SpecError(f"CropAndResize: sizes must be positive, got crops of {tuple(crop)} of {tuple(shape)}.")
    if box_ind.size and not 0 <= box_ind.min() <= box_ind.max() < shape[0]:
        raise OutOfRangeError(None, None, f"CropAndResize: box indices must be in [0, {shape[0]}), got {box_ind}.")
    down = _line(boxes[:, 0], boxes[:, 2], shape[1], crop[0], method)
    return down, _line(boxes[:, 1], boxes[:, 3], shape[2], crop[1], method)


def _corners(down: _Line, right: _Line) -> list[tuple[Any, Any, Any]]:
    """The four neighbours of each place: rows, columns, weights."""
    return [
        (rows[:, :, None], columns[:, None, :], (weight_y[:, :, None] * weight_x[:, None, :])[..., None])
        for rows, weight_y in ((down.first, 1 - down.share), (down.second, down.share))
        for columns, weight_x in ((right.first, 1 - right.share), (right.second, right.share))
    ]


@KERNELS.add(ops.CROP_AND_RESIZE)
def crop_and_resize(
    image: Any, boxes: Any, box_ind: Any, crop_size: Any, *, method: str, extrapolation_value: float
) -> Any:
    """Each box of its image, brought to one size; what lies outside of the image has one value."""
    if crop_size.shape != (2,):
        raise SpecError(f"CropAndResize: crop_size must have 2 numbers, got shape {crop_size.shape}.")
    down, right = _lines(image.shape, boxes, box_ind, crop_size.tolist(), method)
    which = box_ind[:, None, None]
    total: Any = _F(0)
    for rows, columns, weights in _corners(down, right)[: 1 if method == "nearest" else 4]:
        total = total + image[which, rows, columns].astype(_F, copy=False) * weights
    inside = (down.inside[:, :, None] & right.inside[:, None, :])[..., None]
    return np.where(inside, total, _F(extrapolation_value))


@KERNELS.add(ops.CROP_AND_RESIZE_GRAD_IMAGE)
def crop_and_resize_grad_image(grads: Any, boxes: Any, box_ind: Any, image_size: Any, *, T: Any, method: str) -> Any:
    """Each pixel gets what was made of it."""
    shape = image_size.tolist()
    if grads.ndim != 4:
        raise SpecError(f"CropAndResizeGradImage: the gradient has 4 dimensions, got shape {grads.shape}.")
    down, right = _lines(shape, boxes, box_ind, grads.shape[1:3], method)
    inside = (down.inside[:, :, None] & right.inside[:, None, :])[..., None]
    given = np.where(inside, grads, _F(0))
    result = np.zeros(shape, _F)
    for rows, columns, weights in _corners(down, right)[: 1 if method == "nearest" else 4]:
        where: Any = (box_ind[:, None, None], rows, columns)
        np.add.at(result, where, given * weights)
    return result.astype(T.numpy_dtype)


@KERNELS.add(ops.CROP_AND_RESIZE_GRAD_BOXES)
def crop_and_resize_grad_boxes(grads: Any, image: Any, boxes: Any, box_ind: Any, *, method: str) -> Any:
    """Each edge gets the slope of the image at the places that it moves, by how much it moves them."""
    if grads.ndim != 4:
        raise SpecError(f"CropAndResizeGradBoxes: the gradient has 4 dimensions, got shape {grads.shape}.")
    crop = grads.shape[1:3]
    down, right = _lines(image.shape, boxes, box_ind, crop, "bilinear")
    which = box_ind[:, None, None]
    corner = [image[which, rows, columns].astype(_F) for rows, columns, _ in _corners(down, right)]
    share_y, share_x = down.share[:, :, None, None], right.share[:, None, :, None]
    inside = (down.inside[:, :, None] & right.inside[:, None, :])[..., None]
    slope_y = (1 - share_x) * (corner[2] - corner[0]) + share_x * (corner[3] - corner[1])
    slope_x = (1 - share_y) * (corner[1] - corner[0]) + share_y * (corner[3] - corner[2])
    by_row = np.where(inside, slope_y * grads, 0).sum((2, 3))
    by_column = np.where(inside, slope_x * grads, 0).sum((1, 3))
    edges = []
    for values, size, count in ((by_row, image.shape[1], crop[0]), (by_column, image.shape[2], crop[1])):
        reach = _F(size - 1)
        toward_end = np.arange(count, dtype=_F) * (reach / _F(count - 1)) if count > 1 else np.full(1, reach / 2, _F)
        edges.append(((values * (reach - toward_end)).sum(1), (values * toward_end).sum(1)))
    (y1, y2), (x1, x2) = edges
    return np.stack([y1, x1, y2, x2], 1).astype(_F)


# -- drawing -----------------------------------------------------------------------------------------------------------

_COLORS = np.array(
    [
        [1, 1, 0, 1],
        [0, 0, 1, 1],
        [1, 0, 0, 1],
        [0, 1, 0, 1],
        [0.5, 0, 0.5, 1],
        [0.5, 0.5, 0, 1],
        [0.5, 0, 0, 1],
        [0, 0, 0.5, 1],
        [0, 1, 1, 1],
        [1, 0, 1, 1],
    ],
    _F,
)
"""The colours of the first, second, ... box where none are given."""


@add_with_narrow(KERNELS, ops.DRAW_BOUNDING_BOXES, ops.DRAW_BOUNDING_BOXES_V2)
def draw_bounding_boxes(images: Any, boxes: Any, colors: Any = None) -> Any:
    """Lines one pixel wide; edges outside of the image are left out."""
    if images.ndim != 4 or boxes.ndim != 3 or boxes.shape[2] != 4 or len(boxes) != len(images):
        raise SpecError(f"DrawBoundingBoxes takes images and boxes of them, got {images.shape} and {boxes.shape}.")
    height, width, channels = images.shape[1:]
    if channels not in (1, 3, 4):
        raise SpecError(f"DrawBoundingBoxes takes images of 1, 3 or 4 channels, got {channels}.")
    if colors is None or not colors.size:
        colors = np.ones((1, 1), _F) if channels == 1 else _COLORS
    if colors.ndim != 2 or colors.shape[1] < channels:
        raise SpecError(f"DrawBoundingBoxes: colours have a row each, of {channels} numbers, got {colors.shape}.")
    result = images.copy()
    edges = np.trunc(boxes * np.array([height - 1, width - 1] * 2, _F)).astype(np.int64)
    for image, several in zip(result, edges, strict=True):
        for number, (top, left, bottom, right) in enumerate(several.tolist()):
            if bottom < top or right < left or top >= height or bottom < 0 or left >= width or right < 0:
                continue
            color = colors[number % len(colors), :channels]
            rows, columns = (
                slice(max(top, 0), min(bottom, height - 1) + 1),
                slice(max(left, 0), min(right, width - 1) + 1),
            )
            if top >= 0:
                image[top, columns] = color
            if bottom < height:
                image[bottom, columns] = color
            if left >= 0:
                image[rows, left] = color
            if right < width:
                image[rows, right] = color
    return result
