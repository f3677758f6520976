"""Numpy kernels of ``flowstone_core.ops.ctc``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import FailedPreconditionError, SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import ctc as ops

KERNELS = KernelSet()

_NEVER = -np.inf


def _checked(inputs: Any, lengths: Any) -> None:
    if inputs.ndim != 3:
        raise SpecError(f"inputs is not a 3-Tensor, got shape {inputs.shape}.")
    if inputs.size == 0:
        raise SpecError(f"CTC needs frames, sequences and classes, got shape {inputs.shape}.")
    problem = _problem(inputs, lengths)
    if problem:
        raise SpecError(problem)


def _checked_decoder(inputs: Any, lengths: Any) -> None:
    """As ``_checked``, with the type of error that TensorFlow's decoders have for wrong lengths."""
    problem = inputs.ndim == 3 and _problem(inputs, lengths)
    if problem:
        raise FailedPreconditionError(None, None, problem)
    _checked(inputs, lengths)


def _problem(inputs: Any, lengths: Any) -> str:
    if lengths.shape != inputs.shape[1:2]:
        return f"len(sequence_length) != batch_size. Got {lengths.size}, expected {inputs.shape[1]}."
    if (lengths > len(inputs)).any() or (lengths < 0).any():
        return f"sequence_length must be between 0 and {len(inputs)}, the number of frames, got {lengths.tolist()}."
    return ""


def _log_softmax(inputs: Any) -> Any:
    wide = inputs.astype(np.float64)
    shifted = wide - wide.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


# -- the loss ------------------------------------------------------------------------------------------------------


def _label_rows(indices: Any, values: Any, batch: int, classes: int, collapse: bool) -> tuple[Any, Any]:
    """The labels of each sequence as rows, with -1 behind, and how many there are."""
    rows: list[list[int]] = [[] for _ in range(batch)]
    if values.size and (values.min() < 0 or values.max() >= classes - 1):
        raise SpecError(f"Saw a label that is none of the {classes - 1} that are not the blank: {values.tolist()}.")
    for (row, _), value in zip(indices.tolist(), values.tolist(), strict=True):
        if not 0 <= row < batch:
            raise SpecError(f"labels_indices has sequence {row}, there are {batch}.")
        if not (collapse and rows[row] and rows[row][-1] == value):
            rows[row].append(value)
    counts = np.array([len(row) for row in rows])
    padded = np.full((batch, max(counts.max(initial=0), 1)), -1)
    for place, row in enumerate(rows):
        padded[place, : len(row)] = row
    return padded, counts


def _moves(states: Any, blank: int, merge: bool) -> tuple[Any, Any]:
    """Where a path may stay in a state, and where it may skip the one before (a blank)."""
    before = np.concatenate([np.full((len(states), 2), blank), states[:, :-2]], 1)
    label = states != blank
    return ~label | merge, label & ((states != before) | (not merge))


def _shift(values: Any, by: int) -> Any:
    """Values moved to later (or earlier) states."""
    result = np.full_like(values, _NEVER)
    if by > 0:
        result[:, by:] = values[:, :-by]
    else:
        result[:, :by] = values[:, -by:]
    return result


def _forward(emitted: Any, stay: Any, skip: Any, lengths: Any) -> Any:
    """The logarithms of the probabilities of all beginnings that end in a state, frame by frame."""
    found = np.full(emitted.shape, _NEVER)
    found[0, :, :2] = emitted[0, :, :2]
    for t in range(1, len(emitted)):
        last = found[t - 1]
        total = np.logaddexp(np.where(stay, last, _NEVER), _shift(last, 1))
        total = np.logaddexp(total, np.where(skip, _shift(last, 2), _NEVER))
        found[t] = np.where((t < lengths)[:, None], total + emitted[t], last)
    return found


def _backward(emitted: Any, stay: Any, skip: Any, lengths: Any, ends: Any) -> Any:
    """The logarithms of the probabilities of all endings behind a state; ``ends`` marks the last states."""
    found = np.full(emitted.shape, _NEVER)
    close = np.where(ends, 0.0, _NEVER)
    for t in range(len(emitted) - 1, -1, -1):
        if t + 1 < len(emitted):
            following = found[t + 1] + emitted[t + 1]
            total = np.logaddexp(np.where(stay, following, _NEVER), _shift(following, -1))
            total = np.logaddexp(total, _shift(np.where(skip, following, _NEVER), -2))
        else:
            total = close
        found[t] = np.where((t == lengths - 1)[:, None], close, total)
    return found


@KERNELS.add(ops.CTC_LOSS)
def ctc_loss(
    inputs: Any,
    labels_indices: Any,
    labels_values: Any,
    sequence_length: Any,
    *,
    preprocess_collapse_repeated: bool,
    ctc_merge_repeated: bool,
    ignore_longer_outputs_than_inputs: bool,
) -> tuple[Any, Any]:
    """All sequences at once, frame by frame, in logarithms."""
    _checked(inputs, sequence_length)
    frames, batch, classes = inputs.shape
    if labels_indices.ndim != 2 or labels_indices.shape[1:] != (2,) or len(labels_indices) != labels_values.size:
        raise SpecError(f"labels_indices must be [n, 2] for n values, got {labels_indices.shape}.")
    blank = classes - 1
    rows, counts = _label_rows(labels_indices, labels_values, batch, classes, preprocess_collapse_repeated)
    repeats = ((rows[:, 1:] == rows[:, :-1]) & (rows[:, 1:] >= 0)).sum(1) if ctc_merge_repeated else 0
    short = counts + repeats > sequence_length
    if short.any() and not ignore_longer_outputs_than_inputs:
        place = int(np.argmax(short))
        raise SpecError(
            f"Not enough time for target transition sequence (required: {(counts + repeats)[place]}, available: "
            f"{sequence_length[place]}), sequence {place}. Leave such sequences out, or give them more frames."
        )
    states = np.full((batch, 2 * rows.shape[1] + 1), blank)
    states[:, 1::2] = np.where(rows >= 0, rows, blank)
    log_y = _log_softmax(inputs)
    emitted = np.take_along_axis(log_y, np.broadcast_to(states, (frames, *states.shape)), 2)
    emitted = np.where(np.arange(states.shape[1]) <= 2 * counts[:, None], emitted, _NEVER)
    stay, skip = _moves(states, blank, ctc_merge_repeated)
    number = np.arange(states.shape[1])
    ends = (number == 2 * counts[:, None]) | (number == 2 * counts[:, None] - 1)
    alpha = _forward(emitted, stay, skip, sequence_length)
    log_p = np.logaddexp.reduce(np.where(ends, alpha[-1], _NEVER), axis=1)
    posterior = alpha + _backward(emitted, stay, skip, sequence_length, ends)
    possible = np.isfinite(log_p) & ~short
    share = np.exp(posterior - np.where(possible, log_p, 0.0)[:, None])
    gradient = np.exp(log_y)
    for state in range(states.shape[1]):  # states of one class add up
        gradient[:, np.arange(batch), states[:, state]] -= share[:, :, state]
    inside = (np.arange(frames)[:, None] < sequence_length) & possible
    gradient = np.where(inside[..., None], gradient, 0.0)
    loss = np.where(short, 0.0, np.where(sequence_length > 0, -log_p, 0.0))
    return loss.astype(inputs.dtype), gradient.astype(inputs.dtype)


# -- decoders ------------------------------------------------------------------------------------------------------


def _sparse(rows: list[list[int]]) -> tuple[Any, Any, Any]:
    """Rows of labels as indices, values and shape."""
    indices = [[row, column] for row, values in enumerate(rows) for column in range(len(values))]
    values = [value for row in rows for value in row]
    shape = [len(rows), max(map(len, rows), default=0)]
    return np.array(indices, np.int64).reshape(-1, 2), np.array(values, np.int64), np.array(shape, np.int64)


@KERNELS.add(ops.CTC_GREEDY_DECODER)
def greedy(inputs: Any, sequence_length: Any, *, merge_repeated: bool, blank_index: int) -> tuple[Any, ...]:
    """The largest logit of each frame."""
    _checked_decoder(inputs, sequence_length)
    frames, batch, classes = inputs.shape
    blank = blank_index + classes if blank_index < 0 else blank_index
    if not 0 <= blank < classes:
        raise SpecError(f"blank_index expected to be between {-classes} and {classes - 1}, got {blank_index}.")
    best = inputs.argmax(2)
    inside = np.arange(frames)[:, None] < sequence_length
    score = -np.where(inside, inputs.max(2), inputs.dtype.type(0)).sum(0, dtype=inputs.dtype)
    kept = inside & (best != blank)
    if merge_repeated:
        kept[1:] &= best[1:] != best[:-1]
    rows = [best[kept[:, row], row].tolist() for row in range(batch)]
    return *_sparse(rows), score.reshape(batch, 1)


class _Beams:
    """The best beginnings of one sequence: nodes of a tree, with probabilities of ending in a blank or a label."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.parents, self.labels = [-1], [-1]  # of every node; node 0 is the empty beginning
        self.children: dict[tuple[int, int], int] = {}
        self.nodes = np.array([0])
        self.blank, self.label = np.array([0.0]), np.array([_NEVER])

    def step(self, log_y: Any) -> None:
        """One frame: each beginning stays what it is, or gets one more label."""
        labels = np.array([self.labels[node] for node in self.nodes])
        total = np.logaddexp(self.blank, self.label)
        grown = total[:, None] + log_y[:-1]
        own = np.flatnonzero(labels >= 0)
        grown[own, labels[own]] = self.blank[own] + log_y[labels[own]]
        stays_label = np.where(labels >= 0, self.label + log_y[labels], _NEVER)
        position = {node: place for place, node in enumerate(self.nodes.tolist())}
        for place, node in enumerate(self.nodes.tolist()):
            parent = position.get(self.parents[node])
            if parent is not None:  # the longer beginning is kept already: both ways to it add up
                stays_label[place] = np.logaddexp(stays_label[place], grown[parent, labels[place]])
                grown[parent, labels[place]] = _NEVER
        stays_blank = total + log_y[-1]
        scores = np.concatenate([np.logaddexp(stays_blank, stays_label), grown.reshape(-1)])
        best = np.argsort(-scores, kind="stable")[: self.width]
        best = best[scores[best] > _NEVER]
        count = len(self.nodes)
        old, new = best[best < count], best[best >= count] - count
        added = [
            self._child(int(self.nodes[place]), int(label))
            for place, label in zip(*divmod(new, grown.shape[1]), strict=True)
        ]
        self.nodes = np.concatenate([self.nodes[old], np.array(added, int)])
        self.blank = np.concatenate([stays_blank[old], np.full(len(new), _NEVER)])
        self.label = np.concatenate([stays_label[old], grown.reshape(-1)[new]])

    def _child(self, node: int, label: int) -> int:
        found = self.children.get((node, label))
        if found is None:
            found = self.children[node, label] = len(self.parents)
            self.parents.append(node)
            self.labels.append(label)
        return found

    def top(self, count: int) -> tuple[list[list[int]], list[float]]:
        """The most likely sequences and the logarithms of their probabilities."""
        total = np.logaddexp(self.blank, self.label)
        order = np.argsort(-total, kind="stable")[:count]
        return [self._sequence(int(self.nodes[place])) for place in order], total[order].tolist()

    def _sequence(self, node: int) -> list[int]:
        found = []
        while node:
            found.append(self.labels[node])
            node = self.parents[node]
        return found[::-1]


@KERNELS.add(ops.CTC_BEAM_SEARCH_DECODER)
def beam_search(
    inputs: Any, sequence_length: Any, *, beam_width: int, top_paths: int, merge_repeated: bool
) -> tuple[Any, ...]:
    """Sequence by sequence."""
    _checked_decoder(inputs, sequence_length)
    if top_paths > beam_width:
        raise SpecError(f"Requested more paths ({top_paths}) than the beam width ({beam_width}).")
    log_y = _log_softmax(inputs)
    sequences: list[list[list[int]]] = []
    scores = np.empty((inputs.shape[1], top_paths))
    for row in range(inputs.shape[1]):
        beams = _Beams(beam_width)
        for t in range(int(sequence_length[row])):
            beams.step(log_y[t, row])
        found, score = beams.top(top_paths)
        if len(found) < top_paths:
            raise SpecError(f"Less leaves in the beam search than requested: {len(found)}, {top_paths}.")
        sequences.append([_merged(each) for each in found] if merge_repeated else found)
        scores[row] = score
    parts = [_sparse([found[path] for found in sequences]) for path in range(top_paths)]
    indices, values, shapes = (list(each) for each in zip(*parts, strict=True))
    return indices, values, shapes, scores.astype(inputs.dtype)


def _merged(labels: list[int]) -> list[int]:
    return [label for place, label in enumerate(labels) if not place or label != labels[place - 1]]
