"""Choosing the best of boxes that overlap: non-maximum suppression."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec


def _check(boxes: Spec, scores: Spec, *scalars: Spec) -> None:
    count, four = infer.with_rank(boxes, 2, "Non-maximum suppression: boxes")
    (scored,) = infer.with_rank(scores, 1, "Non-maximum suppression: scores")
    if four not in (None, 4):
        raise SpecError(f"Non-maximum suppression: boxes must have 4 columns, got {TensorShape(boxes.shape)}.")
    if None not in (count, scored) and count != scored:
        raise SpecError(f"Non-maximum suppression: there are {count} boxes, but {scored} scores.")
    for each in scalars:
        if each.shape not in (None, ()):
            raise SpecError(f"Non-maximum suppression: limits are scalars, got shape {TensorShape(each.shape)}.")


def _infer_indices(boxes: Spec, scores: Spec, *limits: Spec, **attrs: Any) -> Spec:
    _check(boxes, scores, *limits)
    return Spec((None,), dtypes.int32)


def _size(limit: Spec, padded: bool) -> tuple[int | None]:
    return (limit.scalar() if padded else None,)


def _infer_v4(boxes: Spec, scores: Spec, *limits: Spec, pad_to_max_output_size: bool) -> tuple[Spec, Spec]:
    _check(boxes, scores, *limits)
    return Spec(_size(limits[0], pad_to_max_output_size), dtypes.int32), Spec((), dtypes.int32)


def _infer_v5(boxes: Spec, scores: Spec, *limits: Spec, pad_to_max_output_size: bool) -> tuple[Spec, Spec, Spec]:
    _check(boxes, scores, *limits)
    size = _size(limits[0], pad_to_max_output_size)
    return Spec(size, dtypes.int32), Spec(size, boxes.dtype), Spec((), dtypes.int32)


def _infer_overlaps(overlaps: Spec, scores: Spec, *limits: Spec) -> Spec:
    infer.with_rank(overlaps, 2, "NonMaxSuppressionWithOverlaps: overlaps")
    infer.with_rank(scores, 1, "NonMaxSuppressionWithOverlaps: scores")
    return Spec((None,), dtypes.int32)


def _infer_combined(
    boxes: Spec, scores: Spec, per_class: Spec, total: Spec, *limits: Spec, pad_per_class: bool, clip_boxes: bool
) -> tuple[Spec, Spec, Spec, Spec]:
    batch, *_ = infer.with_rank(boxes, 4, "CombinedNonMaxSuppression: boxes")
    *_, classes = infer.with_rank(scores, 3, "CombinedNonMaxSuppression: scores")
    size, each = total.scalar(), per_class.scalar()
    if pad_per_class and size is not None:
        size = None if each is None or classes is None else min(size, each * classes)
    return (
        Spec((batch, size, 4), dtypes.float32),
        Spec((batch, size), dtypes.float32),
        Spec((batch, size), dtypes.float32),
        Spec((batch,), dtypes.int32),
    )


_T = "T: {half, float} = DT_FLOAT"
_THRESHOLD = "T_threshold: {half, float} = DT_FLOAT"
_PADDED = "pad_to_max_output_size: bool = false"
_INPUTS = ("boxes: T", "scores: T", "max_output_size: int32")
_LIMITS = ("iou_threshold: T_threshold", "score_threshold: T_threshold")
_INDICES = ("selected_indices: int32",)

NMS = Op(
    "NonMaxSuppression",
    ("boxes: float", "scores: float", "max_output_size: int32"),
    _INDICES,
    ("iou_threshold: float = 0.5",),
    infer=_infer_indices,
)
NMS_V2 = Op("NonMaxSuppressionV2", (*_INPUTS, _LIMITS[0]), _INDICES, (_T, _THRESHOLD), infer=_infer_indices)
NMS_V3 = Op("NonMaxSuppressionV3", (*_INPUTS, *_LIMITS), _INDICES, (_T, _THRESHOLD), infer=_infer_indices)
NMS_V4 = Op(
    "NonMaxSuppressionV4",
    (*_INPUTS, *_LIMITS),
    (*_INDICES, "valid_outputs: int32"),
    (_T, _THRESHOLD, _PADDED),
    infer=_infer_v4,
)
NMS_V5 = Op(
    "NonMaxSuppressionV5",
    (*_INPUTS, "iou_threshold: T", "score_threshold: T", "soft_nms_sigma: T"),
    (*_INDICES, "selected_scores: T", "valid_outputs: int32"),
    (_T, _PADDED),
    infer=_infer_v5,
)
NMS_WITH_OVERLAPS = Op(
    "NonMaxSuppressionWithOverlaps",
    (
        "overlaps: float",
        "scores: float",
        "max_output_size: int32",
        "overlap_threshold: float",
        "score_threshold: float",
    ),
    _INDICES,
    infer=_infer_overlaps,
)
COMBINED_NMS = Op(
    "CombinedNonMaxSuppression",
    (
        "boxes: float",
        "scores: float",
        "max_output_size_per_class: int32",
        "max_total_size: int32",
        "iou_threshold: float",
        "score_threshold: float",
    ),
    ("nmsed_boxes: float", "nmsed_scores: float", "nmsed_classes: float", "valid_detections: int32"),
    ("pad_per_class: bool = false", "clip_boxes: bool = true"),
    infer=_infer_combined,
)
