"""Ops that move the pixels of images: projective transforms."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec


def _infer_transform(images: Spec, transforms: Spec, output_shape: Spec, *fill_value: Spec, **attrs: Any) -> Spec:
    batch, _, _, channels = infer.with_rank(images, 4, "ImageProjectiveTransform: the images")
    several, eight = infer.with_rank(transforms, 2, "ImageProjectiveTransform: the transforms")
    if eight not in (None, 8):
        raise SpecError(f"A projective transform has 8 numbers, got shape {TensorShape(transforms.shape)}.")
    if None not in (batch, several) and several not in (1, batch):
        raise SpecError(f"There must be one transform, or one for each of {batch} images, got {several}.")
    if output_shape.shape not in (None, (2,), (None,)):
        raise SpecError(f"output_shape must be a vector of 2 numbers, got shape {TensorShape(output_shape.shape)}.")
    if fill_value and fill_value[0].shape not in (None, ()):
        raise SpecError(f"fill_value must be a scalar, got shape {TensorShape(fill_value[0].shape)}.")
    height, width = output_shape.vector() or (None, None)
    return Spec((batch, height, width, channels), images.dtype)


_INPUTS = ("images: dtype", "transforms: float", "output_shape: int32")
_OUTPUT = ("transformed_images: dtype",)
_ATTRS = (
    "dtype: {uint8, int32, int64, half, bfloat16, float, double}",
    "interpolation: string",
    "fill_mode: string = 'CONSTANT'",
)

IMAGE_PROJECTIVE_TRANSFORM_V2 = Op("ImageProjectiveTransformV2", _INPUTS, _OUTPUT, _ATTRS, infer=_infer_transform)
IMAGE_PROJECTIVE_TRANSFORM_V3 = Op(
    "ImageProjectiveTransformV3", (*_INPUTS, "fill_value: float"), _OUTPUT, _ATTRS, infer=_infer_transform
)
