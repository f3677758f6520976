"""Parts of images by chance that still show what a box shows."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.errors import SpecError
from flowstone_core.op import WORLD, Op
from flowstone_core.ops.random import SEEDS
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec


def _infer_sampled(image_size: Spec, bounding_boxes: Spec, *others: Spec, **attrs: Any) -> tuple[Spec, Spec, Spec]:
    (three,) = infer.with_rank(image_size, 1, "SampleDistortedBoundingBox: image_size")
    *_, four = infer.with_rank(bounding_boxes, 3, "SampleDistortedBoundingBox: bounding_boxes")
    if three not in (None, 3) or four not in (None, 4):
        raise SpecError(
            f"SampleDistortedBoundingBox takes [height, width, channels] and boxes [batch, n, 4], "
            f"got shapes {TensorShape(image_size.shape)} and {TensorShape(bounding_boxes.shape)}."
        )
    for each in others[:1]:
        if each.shape not in (None, ()):
            raise SpecError(f"min_object_covered must be a scalar, got shape {TensorShape(each.shape)}.")
    return Spec((3,), image_size.dtype), Spec((3,), image_size.dtype), Spec((1, 1, 4), dtypes.float32)


_INPUTS = ("image_size: T", "bounding_boxes: float")
_OUTPUTS = ("begin: T", "size: T", "bboxes: float")
_TYPES = "T: {uint8, int8, int16, int32, int64}"
_RANGES = (
    "aspect_ratio_range: list(float) = [0.75, 1.33]",
    "area_range: list(float) = [0.05, 1.0]",
    "max_attempts: int = 100",
    "use_image_if_no_bounding_boxes: bool = false",
)

SAMPLE_DISTORTED_BOUNDING_BOX = Op(
    "SampleDistortedBoundingBox",
    _INPUTS,
    _OUTPUTS,
    (_TYPES, *SEEDS, "min_object_covered: float = 0.1", *_RANGES),
    infer=_infer_sampled,
    effects=WORLD,
)
SAMPLE_DISTORTED_BOUNDING_BOX_V2 = Op(
    "SampleDistortedBoundingBoxV2",
    (*_INPUTS, "min_object_covered: float"),
    _OUTPUTS,
    (_TYPES, *SEEDS, *_RANGES),
    infer=_infer_sampled,
    effects=WORLD,
)
STATELESS_SAMPLE_DISTORTED_BOUNDING_BOX = Op(
    "StatelessSampleDistortedBoundingBox",
    (*_INPUTS, "min_object_covered: float", "seed: Tseed"),
    _OUTPUTS,
    (_TYPES, "Tseed: {int32, int64}", *_RANGES),
    infer=_infer_sampled,
)
