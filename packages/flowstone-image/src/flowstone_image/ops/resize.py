"""Ops that resize images ``[batch, height, width, channels]``."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec


def size_of(size: Spec, what: str) -> tuple[int | None, int | None]:
    """What is known of the new height and width."""
    if size.shape not in (None, (2,), (None,)):
        raise SpecError(f"{what}: size must be a vector of 2 numbers, got shape {TensorShape(size.shape)}.")
    known = size.vector() or (None, None)
    if any(number is not None and number < 1 for number in known):
        raise SpecError(f"{what}: the new height and width must be positive, got {list(known)}.")
    return known[0], known[1]


def _infer_resize(images: Spec, size: Spec, **attrs: Any) -> Spec:
    batch, height, width, channels = infer.with_rank(images, 4, "Resizing: images")
    if 0 in (height, width, channels):
        raise SpecError(f"Resizing: images must not be empty, got shape {TensorShape(images.shape)}.")
    return Spec((batch, *size_of(size, "Resizing"), channels), dtypes.float32)


def _infer_nearest(images: Spec, size: Spec, **attrs: Any) -> Spec:
    return Spec(_infer_resize(images, size).shape, images.dtype)


def _infer_scale(images: Spec, size: Spec, scale: Spec, translation: Spec, **attrs: Any) -> Spec:
    for each, what in ((scale, "scale"), (translation, "translation")):
        if each.shape not in (None, (2,), (None,)):
            raise SpecError(f"ScaleAndTranslate: {what} must have shape [2], got {TensorShape(each.shape)}.")
    return _infer_resize(images, size)


def _infer_like_original(grads: Spec, original_image: Spec, *others: Spec, **attrs: Any) -> Spec:
    infer.with_rank(grads, 4, "The gradient of resizing")
    return Spec(original_image.shape, original_image.dtype)


def _infer_nearest_grad(grads: Spec, size: Spec, **attrs: Any) -> Spec:
    batch, _, _, channels = infer.with_rank(grads, 4, "The gradient of resizing")
    return Spec((batch, *size_of(size, "ResizeNearestNeighborGrad"), channels), grads.dtype)


_ALIGN = "align_corners: bool = false"
_CENTERS = (_ALIGN, "half_pixel_centers: bool = false")
_IMAGES = ("images: T", "size: int32")
_FLOAT_OUT = ("resized_images: float",)
_TYPES = "T: {int8, uint8, int16, uint16, int32, int64, half, float, double, bfloat16}"

RESIZE_BILINEAR = Op("ResizeBilinear", _IMAGES, _FLOAT_OUT, (_TYPES, *_CENTERS), infer=_infer_resize)
RESIZE_BILINEAR_GRAD = Op(
    "ResizeBilinearGrad",
    ("grads: float", "original_image: T"),
    ("output: T",),
    ("T: {float, bfloat16, half, double}", *_CENTERS),
    infer=_infer_like_original,
)
RESIZE_NEAREST = Op("ResizeNearestNeighbor", _IMAGES, ("resized_images: T",), (_TYPES, *_CENTERS), infer=_infer_nearest)
RESIZE_NEAREST_GRAD = Op(
    "ResizeNearestNeighborGrad",
    ("grads: T", "size: int32"),
    ("output: T",),
    ("T: {uint8, int8, int32, half, float, double, bfloat16}", *_CENTERS),
    infer=_infer_nearest_grad,
)
RESIZE_BICUBIC = Op("ResizeBicubic", _IMAGES, _FLOAT_OUT, (_TYPES, *_CENTERS), infer=_infer_resize)
RESIZE_BICUBIC_GRAD = Op(
    "ResizeBicubicGrad",
    ("grads: float", "original_image: T"),
    ("output: T",),
    ("T: {float, double}", *_CENTERS),
    infer=_infer_like_original,
)
RESIZE_AREA = Op("ResizeArea", _IMAGES, _FLOAT_OUT, (_TYPES, _ALIGN), infer=_infer_resize)

_KERNEL = ("kernel_type: string = 'lanczos3'", "antialias: bool = true")
SCALE_AND_TRANSLATE = Op(
    "ScaleAndTranslate",
    (*_IMAGES, "scale: float", "translation: float"),
    _FLOAT_OUT,
    (_TYPES, *_KERNEL),
    infer=_infer_scale,
)
SCALE_AND_TRANSLATE_GRAD = Op(
    "ScaleAndTranslateGrad",
    ("grads: T", "original_image: T", "scale: float", "translation: float"),
    ("output: T",),
    ("T: {float}", *_KERNEL),
    infer=_infer_like_original,
)
