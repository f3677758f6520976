"""Cases for ``flowstone_core.ops.ctc``, by going through all paths."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from flowstone_core.ops import ctc as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, number, store
from flowstone_conformance.samples import array

Path = tuple[int, ...]


def probabilities(inputs: Array, row: int, frames: int) -> list[list[float]]:
    """The probability of each class in each frame."""
    found = []
    for t in range(frames):
        weights = [math.exp(number(value)) for value in inputs[t, row]]
        found.append([weight / math.fsum(weights) for weight in weights])
    return found


def paths(table: list[list[float]]) -> Iterator[tuple[Path, float]]:
    """All paths and their probabilities."""
    for path in itertools.product(*(range(len(frame)) for frame in table)):
        yield path, math.prod(frame[label] for frame, label in zip(table, path, strict=True))


def reading(path: Path, blank: int) -> Path:
    """The labels of a path: without repetitions, then without blanks."""
    return tuple(label for label, _ in itertools.groupby(path) if label != blank)


def loss(inputs: Array, indices: Array, values: Array, lengths: Array) -> tuple[Array, Array]:
    """Minus the logarithm of the sum over the paths that read as the labels; its gradient by the expected counts."""
    _, batch, classes = inputs.shape
    losses, slopes = [], np.zeros(inputs.shape)
    for row in range(batch):
        wanted = tuple(int(value) for (place, _), value in zip(indices.tolist(), values, strict=True) if place == row)
        table = probabilities(inputs, row, int(lengths[row]))
        fitting = [(path, p) for path, p in paths(table) if reading(path, classes - 1) == wanted]
        total = math.fsum(p for _, p in fitting)
        losses.append(-math.log(total))
        for t, frame in enumerate(table):
            for label in range(classes):
                expected = math.fsum(p for path, p in fitting if path[t] == label) / total
                slopes[t, row, label] = frame[label] - expected
    return store(losses, inputs.dtype), slopes.astype(inputs.dtype)


def sparse(rows: list[Path]) -> tuple[Array, Array, Array]:
    """Rows of labels as indices, values and shape."""
    places = [[row, column] for row, labels in enumerate(rows) for column in range(len(labels))]
    shape = [len(rows), max(map(len, rows))]
    return (
        np.array(places, "int64").reshape(-1, 2),
        array([x for row in rows for x in row], "int64"),
        array(shape, "int64"),
    )


def greedy(inputs: Array, lengths: Array, merge_repeated: bool = False, blank_index: int = -1) -> tuple[Array, ...]:
    """The best class of each frame."""
    blank = blank_index % inputs.shape[2]
    rows, scores = [], []
    for row in range(inputs.shape[1]):
        frames = [[number(value) for value in inputs[t, row]] for t in range(int(lengths[row]))]
        path = tuple(frame.index(max(frame)) for frame in frames)
        labels = reading(path, blank) if merge_repeated else tuple(label for label in path if label != blank)
        rows.append(labels)
        scores.append(-math.fsum(map(max, frames)))
    return *sparse(rows), store(scores, inputs.dtype).reshape(-1, 1)


def beams(inputs: Array, lengths: Array, top_paths: int, **attrs: Any) -> tuple[Any, ...]:
    """The readings of all paths, the most likely first: a beam that is wide enough keeps them all."""
    found: list[list[tuple[float, Path]]] = []
    for row in range(inputs.shape[1]):
        totals: dict[Path, float] = {}
        for path, p in paths(probabilities(inputs, row, int(lengths[row]))):
            labels = reading(path, inputs.shape[2] - 1)
            totals[labels] = totals.get(labels, 0.0) + p
        found.append(sorted(((p, labels) for labels, p in totals.items()), reverse=True)[:top_paths])
    parts = [sparse([row[place][1] for row in found]) for place in range(top_paths)]
    scores = [math.log(p) for row in found for p, _ in row]
    return *map(list, zip(*parts, strict=True)), store(scores, inputs.dtype).reshape(-1, top_paths)


def logits(frames: int, batch: int, classes: int, dtype: str) -> Array:
    """Logits without ties, also of sums."""
    return array([2 * math.sin(7 * place) for place in range(frames * batch * classes)], dtype).reshape(
        frames, batch, classes
    )


def labels(*rows: tuple[int, ...]) -> tuple[Array, Array]:
    """Indices and values of labels."""
    indices, values, _ = sparse(list(rows))
    return indices, values.astype("int32")


CASES = [
    *(
        Case(
            ops.CTC_LOSS,
            (logits(4, 3, 3, dtype), *labels((0, 1), (1, 1), (0,)), array(lengths, "int32")),
            loss,
            tolerance=10,
        )
        for dtype in ("float32", "float64")
        for lengths in ([4, 4, 4], [2, 3, 1])
    ),
    Case(ops.CTC_LOSS, (logits(3, 2, 4, "float64"), *labels((), (2, 1)), array([3, 2], "int32")), loss, tolerance=10),
    *(
        Case(
            ops.CTC_GREEDY_DECODER,
            (logits(6, 3, 4, dtype), array([6, 3, 1], "int32")),
            greedy,
            {"merge_repeated": merge, "blank_index": blank},
        )
        for dtype in ("float32", "float64")
        for merge in (False, True)
        for blank in (-1, 0, 2)
    ),
    *(
        Case(
            ops.CTC_BEAM_SEARCH_DECODER,
            (logits(4, 2, 3, dtype), array([4, 3], "int32")),
            beams,
            {"beam_width": 100, "top_paths": top, "merge_repeated": False},
            tolerance=10,
        )
        for dtype in ("float32", "float64")
        for top in (1, 3)
    ),
]
