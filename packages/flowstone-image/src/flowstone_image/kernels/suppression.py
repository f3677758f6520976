"""Kernels of ``flowstone_image.ops.suppression``: greedy, the best box first."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet

from flowstone_image.ops import suppression as ops

KERNELS = KernelSet()


def _checked(boxes: Any, scores: Any, count: Any, threshold: float) -> None:
    if boxes.ndim != 2 or boxes.shape[1] != 4 or scores.shape != boxes.shape[:1]:
        raise SpecError(
            f"Non-maximum suppression takes boxes [n, 4] and scores [n], got {boxes.shape}, {scores.shape}."
        )
    if count.ndim or count < 0:
        raise SpecError(f"Non-maximum suppression: max_output_size must be a number of at least 0, got {count}.")
    if not 0 <= threshold <= 1:
        raise SpecError(f"Non-maximum suppression: iou_threshold must be in [0, 1], got {threshold}.")


def _overlaps(boxes: Any) -> Callable[[int, Any], Any]:
    """A function that gives the overlaps of one box with others: intersection over union."""
    boxes = boxes.astype(np.float32)
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    area = (high - low).prod(1)

    def of(index: int, others: Any) -> Any:
        common = np.minimum(high[index], high[others]) - np.maximum(low[index], low[others])
        shared = np.maximum(common, 0).prod(-1)
        union = area[index] + area[others] - shared
        real = (area[index] > 0) & (area[others] > 0)
        return np.where(real, shared / np.where(real, union, 1), 0)

    return of


def _best(overlaps: Callable[[int, Any], Any], scores: Any, count: int, threshold: float, least: float) -> Any:
    """The indices of the best boxes, none of which overlaps a better one by more than the threshold."""
    waiting = np.argsort(-scores.astype(np.float32), kind="stable")
    waiting = waiting[scores[waiting] > least]
    chosen: list[int] = []
    while len(waiting) and len(chosen) < count:
        best, waiting = int(waiting[0]), waiting[1:]
        chosen.append(best)
        waiting = waiting[~(overlaps(best, waiting) > threshold)]
    return np.array(chosen, np.int32)


def _softly(overlaps: Callable[[int, Any], Any], scores: Any, count: int, least: float, sigma: float) -> Any:
    """Boxes are not dropped: their scores fall by ``exp(-overlap² / 2σ)`` for each better one."""
    scale = -0.5 / sigma
    heap = [(-float(score), index, 0) for index, score in enumerate(scores) if score > least]
    heapq.heapify(heap)
    chosen: list[int] = []
    values: list[float] = []
    while heap and len(chosen) < count:
        negative, index, seen = heapq.heappop(heap)
        score = -negative
        for overlap in overlaps(index, np.array(chosen[seen:][::-1], np.int64)):
            score *= float(np.exp(scale * overlap * overlap))
            if score <= least:
                break
        if score == -negative:
            chosen.append(index)
            values.append(score)
        elif score > least:
            heapq.heappush(heap, (-score, index, len(chosen)))
    return np.array(chosen, np.int32), np.array(values)


def _padded(values: Any, count: Any, pad: bool) -> Any:
    return np.concatenate([values, np.zeros(int(count) - len(values), values.dtype)]) if pad else values


@KERNELS.add(ops.NMS)
def nms(boxes: Any, scores: Any, max_output_size: Any, *, iou_threshold: float) -> Any:
    """The best boxes, with the threshold as an attribute."""
    _checked(boxes, scores, max_output_size, iou_threshold)
    return _best(_overlaps(boxes), scores, int(max_output_size), iou_threshold, -np.inf)


@KERNELS.add(ops.NMS_V2, ops.NMS_V3)
def nms_v3(boxes: Any, scores: Any, max_output_size: Any, iou_threshold: Any, score_threshold: Any = -np.inf) -> Any:
    """The best boxes."""
    _checked(boxes, scores, max_output_size, float(iou_threshold))
    return _best(_overlaps(boxes), scores, int(max_output_size), float(iou_threshold), float(score_threshold))


@KERNELS.add(ops.NMS_V4)
def nms_v4(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any,
    score_threshold: Any,
    *,
    pad_to_max_output_size: bool,
) -> Any:
    """The best boxes, and how many they are."""
    found = nms_v3(boxes, scores, max_output_size, iou_threshold, score_threshold)
    return _padded(found, max_output_size, pad_to_max_output_size), np.array(len(found), np.int32)


@KERNELS.add(ops.NMS_V5)
def nms_v5(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any,
    score_threshold: Any,
    soft_nms_sigma: Any,
    *,
    pad_to_max_output_size: bool,
) -> Any:
    """The best boxes, their scores, and how many they are."""
    _checked(boxes, scores, max_output_size, float(iou_threshold))
    sigma, least, count = float(soft_nms_sigma), float(score_threshold), int(max_output_size)
    if sigma < 0:
        raise SpecError(f"NonMaxSuppressionV5: soft_nms_sigma must not be negative, got {sigma}.")
    if sigma:
        found, values = _softly(_overlaps(boxes), scores, count, least, sigma)
    else:
        found = _best(_overlaps(boxes), scores, count, float(iou_threshold), least)
        values = scores[found]
    values = values.astype(scores.dtype)
    pad = pad_to_max_output_size
    return _padded(found, count, pad), _padded(values, count, pad), np.array(len(found), np.int32)


@KERNELS.add(ops.NMS_WITH_OVERLAPS)
def nms_with_overlaps(
    overlaps: Any, scores: Any, max_output_size: Any, overlap_threshold: Any, score_threshold: Any
) -> Any:
    """The best of things whose overlaps are given."""
    if overlaps.ndim != 2 or overlaps.shape[0] != overlaps.shape[1] or scores.shape != overlaps.shape[:1]:
        raise SpecError(f"Overlaps [n, n] and scores [n] are needed, got {overlaps.shape} and {scores.shape}.")
    if max_output_size.ndim or max_output_size < 0:
        raise SpecError(f"max_output_size must be a number of at least 0, got {max_output_size}.")
    between = lambda index, others: overlaps[others, index]  # noqa: E731
    return _best(between, scores, int(max_output_size), float(overlap_threshold), float(score_threshold))


@KERNELS.add(ops.COMBINED_NMS)
def combined_nms(
    boxes: Any,
    scores: Any,
    max_output_size_per_class: Any,
    max_total_size: Any,
    iou_threshold: Any,
    score_threshold: Any,
    *,
    pad_per_class: bool,
    clip_boxes: bool,
) -> Any:
    """For each image, the best boxes of each class, and the best of those of all classes."""
    if boxes.ndim != 4 or boxes.shape[3] != 4 or scores.ndim != 3 or boxes.shape[:2] != scores.shape[:2]:
        raise SpecError(f"Boxes [b, n, q, 4] and scores [b, n, classes] are needed, got {boxes.shape}, {scores.shape}.")
    classes, each, total = scores.shape[2], int(max_output_size_per_class), int(max_total_size)
    if boxes.shape[2] not in (1, classes) or each < 1 or total < 1 or not 0 <= float(iou_threshold) <= 1:
        raise SpecError(f"There are boxes for {boxes.shape[2]} of {classes} classes; limits are {each}, {total}.")
    size = min(total, each * classes) if pad_per_class else total
    batch = len(boxes)
    out_boxes, out_scores = np.zeros((batch, size, 4), np.float32), np.zeros((batch, size), np.float32)
    out_classes, valid = np.zeros((batch, size), np.float32), np.zeros(batch, np.int32)
    for n in range(batch):
        rows: list[tuple[float, int, int]] = []
        for c in range(classes):
            own = boxes[n, :, c if boxes.shape[2] > 1 else 0]
            found = _best(_overlaps(own), scores[n, :, c], each, float(iou_threshold), float(score_threshold))
            rows += [(-float(scores[n, i, c]), c, int(i)) for i in found]
        rows.sort(key=lambda row: row[0])
        for place, (negative, c, i) in enumerate(rows[:size]):
            out_boxes[n, place] = boxes[n, i, c if boxes.shape[2] > 1 else 0]
            out_scores[n, place], out_classes[n, place] = -negative, c
        valid[n] = min(len(rows), size)
    return np.clip(out_boxes, 0, 1) if clip_boxes else out_boxes, out_scores, out_classes, valid
