"""Cases for ``flowstone_image.ops.suppression``: pair by pair."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, number

from flowstone_image.ops import suppression as ops


def overlap(one: Array, other: Array) -> float:
    """Intersection over union of two boxes."""
    lines = []
    for axis in (0, 1):
        ends = [sorted((number(box[axis]), number(box[axis + 2]))) for box in (one, other)]
        lines.append((max(0.0, min(ends[0][1], ends[1][1]) - max(ends[0][0], ends[1][0])), *(b - a for a, b in ends)))
    shared = lines[0][0] * lines[1][0]
    areas = lines[0][1] * lines[1][1], lines[0][2] * lines[1][2]
    return shared / (sum(areas) - shared) if min(areas) > 0 else 0.0


def best(boxes: Array, scores: Array, count: Array, threshold: Any = 0.5, least: Any = -math.inf) -> Array:
    """A box is chosen if it overlaps none that was chosen before it too much."""
    chosen: list[int] = []
    for index in sorted(range(len(scores)), key=lambda i: (-number(scores[i]), i)):
        if number(scores[index]) <= float(least) or len(chosen) >= int(count):
            continue
        if all(overlap(boxes[index], boxes[other]) <= float(threshold) for other in chosen):
            chosen.append(index)
    return np.array(chosen, "int32")


def padded(values: Array, count: Array, pad: bool) -> Array:
    """Zeros at the end."""
    return np.concatenate([values, np.zeros(int(count) - len(values), values.dtype)]) if pad else values


def version_4(
    boxes: Array, scores: Array, count: Array, threshold: Array, least: Array, pad_to_max_output_size: bool = False
) -> tuple[Array, Array]:
    """Indices, and how many."""
    found = best(boxes, scores, count, threshold, least)
    return padded(found, count, pad_to_max_output_size), np.array(len(found), "int32")


def version_5(
    boxes: Array,
    scores: Array,
    count: Array,
    threshold: Array,
    least: Array,
    sigma: Array,
    pad_to_max_output_size: bool = False,
) -> tuple[Array, Array, Array]:
    """With scores, which fall by each better box if ``sigma`` is not 0."""
    if not float(sigma):
        found = best(boxes, scores, count, threshold, least)
        values = scores[found]
    else:
        left = {i: float(score) for i, score in enumerate(scores) if float(score) > float(least)}
        chosen: dict[int, float] = {}
        while left and len(chosen) < int(count):
            index = max(left, key=lambda i: (left[i], -i))
            chosen[index] = left.pop(index)
            fall = {i: math.exp(-(overlap(boxes[i], boxes[index]) ** 2) / (2 * float(sigma))) for i in left}
            left = {i: value * fall[i] for i, value in left.items() if value * fall[i] > float(least)}
        found, values = np.array(list(chosen), "int32"), np.array(list(chosen.values()), scores.dtype)
    pad = pad_to_max_output_size
    return padded(found, count, pad), padded(values, count, pad), np.array(len(found), "int32")


def by_overlaps(overlaps: Array, scores: Array, count: Array, threshold: Array, least: Array) -> Array:
    """The same with overlaps that are given."""
    chosen: list[int] = []
    for index in sorted(range(len(scores)), key=lambda i: (-number(scores[i]), i)):
        good = number(scores[index]) > float(least) and len(chosen) < int(count)
        if good and all(number(overlaps[index, other]) <= float(threshold) for other in chosen):
            chosen.append(index)
    return np.array(chosen, "int32")


def scalar(value: float, dtype: str = "float32") -> Array:
    """A limit."""
    return np.array(value, dtype)


BOXES = np.array(
    [
        [0, 0, 1, 1],
        [0, 0.1, 1, 1.1],
        [0, -0.1, 1, 0.9],
        [0, 10, 1, 11],
        [1, 11.1, 0, 10.1],
        [0, 100, 1, 101],
        [3, 3, 3, 3],
    ],
    "float32",
)
SCORES = np.array([0.9, 0.75, 0.6, 0.95, 0.5, 0.3, 0.2], "float32")
OVERLAPS = np.array([[1, 0.6, 0.1], [0.6, 1, 0.2], [0.1, 0.2, 1]], "float32")

CASES = [
    *(
        Case(ops.NMS_V3, (BOXES, SCORES, scalar(count, "int32"), scalar(threshold), scalar(least)), best)
        for count in (0, 3, 10)
        for threshold in (0.0, 0.5, 1.0)
        for least in (-math.inf, 0.4)
    ),
    Case(ops.NMS, (BOXES, SCORES, scalar(3, "int32")), lambda b, s, n, iou_threshold=0.5: best(b, s, n, iou_threshold)),
    Case(ops.NMS_V2, (BOXES, SCORES, scalar(4, "int32"), scalar(0.3)), best),
    *(
        Case(
            ops.NMS_V4,
            (BOXES, SCORES, scalar(5, "int32"), scalar(0.5), scalar(0.25)),
            version_4,
            {"pad_to_max_output_size": pad},
        )
        for pad in (False, True)
    ),
    *(
        Case(
            ops.NMS_V5,
            (BOXES, SCORES, scalar(6, "int32"), scalar(0.5), scalar(0.1), scalar(sigma)),
            version_5,
            {"pad_to_max_output_size": pad},
            tolerance=8,
        )
        for sigma in (0.0, 0.5)
        for pad in (False, True)
    ),
    *(
        Case(
            ops.NMS_WITH_OVERLAPS,
            (OVERLAPS, SCORES[:3], scalar(3, "int32"), scalar(threshold), scalar(-math.inf)),
            by_overlaps,
        )
        for threshold in (0.5, 0.15, 1.0)
    ),
]
