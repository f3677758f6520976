"""Ops on boxes ``[y1, x1, y2, x2]``, in fractions of an image: cutting them out, drawing them."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec


def _count(boxes: Spec, box_ind: Spec) -> int | None:
    count, four = infer.with_rank(boxes, 2, "CropAndResize: boxes")
    (indices,) = infer.with_rank(box_ind, 1, "CropAndResize: box indices")
    if four not in (None, 4):
        raise SpecError(f"CropAndResize: boxes must have 4 columns, got shape {TensorShape(boxes.shape)}.")
    if None not in (count, indices) and count != indices:
        raise SpecError(f"CropAndResize: there are {count} boxes, but {indices} indices.")
    return indices if count is None else count


def _infer_crop(image: Spec, boxes: Spec, box_ind: Spec, crop_size: Spec, **attrs: Any) -> Spec:
    *_, channels = infer.with_rank(image, 4, "CropAndResize: the images")
    known = crop_size.vector() or (None, None)
    if len(known) != 2 or any(size is not None and size < 1 for size in known):
        raise SpecError(f"CropAndResize: crop_size must be 2 positive numbers, got {list(known)}.")
    return Spec((_count(boxes, box_ind), *known, channels), dtypes.float32)


def _infer_grad_image(grads: Spec, boxes: Spec, box_ind: Spec, image_size: Spec, *, T: DType, method: str) -> Spec:
    infer.with_rank(grads, 4, "CropAndResizeGradImage: the gradient")
    _count(boxes, box_ind)
    return Spec(tuple(image_size.vector() or (None,) * 4), T)


def _infer_grad_boxes(grads: Spec, image: Spec, boxes: Spec, box_ind: Spec, **attrs: Any) -> Spec:
    infer.with_rank(grads, 4, "CropAndResizeGradBoxes: the gradient")
    infer.with_rank(image, 4, "CropAndResizeGradBoxes: the images")
    return Spec((_count(boxes, box_ind), 4), dtypes.float32)


def _infer_draw(images: Spec, boxes: Spec, *colors: Spec) -> Spec:
    *_, channels = infer.with_rank(images, 4, "DrawBoundingBoxes: the images")
    *_, four = infer.with_rank(boxes, 3, "DrawBoundingBoxes: boxes")
    if four not in (None, 4) or channels not in (None, 1, 3, 4):
        raise SpecError(
            f"DrawBoundingBoxes takes images of 1, 3 or 4 channels and boxes of 4 numbers, "
            f"got shapes {TensorShape(images.shape)} and {TensorShape(boxes.shape)}."
        )
    return Spec(images.shape, images.dtype)


_BOXES = ("boxes: float", "box_ind: int32")
_METHOD = "method: {'bilinear', 'nearest'} = 'bilinear'"
_PIXELS = "T: {uint8, uint16, int8, int16, int32, int64, half, float, double}"

CROP_AND_RESIZE = Op(
    "CropAndResize",
    ("image: T", *_BOXES, "crop_size: int32"),
    ("crops: float",),
    (_PIXELS, _METHOD, "extrapolation_value: float = 0"),
    infer=_infer_crop,
)
CROP_AND_RESIZE_GRAD_IMAGE = Op(
    "CropAndResizeGradImage",
    ("grads: float", *_BOXES, "image_size: int32"),
    ("output: T",),
    ("T: {float, half, double}", _METHOD),
    infer=_infer_grad_image,
)
CROP_AND_RESIZE_GRAD_BOXES = Op(
    "CropAndResizeGradBoxes",
    ("grads: float", "image: T", *_BOXES),
    ("output: float",),
    (_PIXELS, "method: {'bilinear'} = 'bilinear'"),
    infer=_infer_grad_boxes,
)
_DRAWN = ("T: {float, half} = DT_FLOAT",)
DRAW_BOUNDING_BOXES = Op("DrawBoundingBoxes", ("images: T", "boxes: float"), ("output: T",), _DRAWN, infer=_infer_draw)
DRAW_BOUNDING_BOXES_V2 = Op(
    "DrawBoundingBoxesV2", ("images: T", "boxes: float", "colors: float"), ("output: T",), _DRAWN, infer=_infer_draw
)
