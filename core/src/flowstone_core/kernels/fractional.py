"""Numpy kernels of ``flowstone_core.ops.fractional``: one pass over the tensor for each place in the largest window."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from flowstone_core.distributions import unit_floats
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.accumulating import accumulate
from flowstone_core.ops import fractional as ops
from flowstone_core.philox import MASK_64, philox
from flowstone_core.random_state import entropy
from flowstone_core.rejection import permutation

KERNELS = KernelSet()


# -- where windows begin -------------------------------------------------------------------------------------------


class _Stream:
    """A Philox stream of which blocks are taken."""

    def __init__(self, seed: int, seed2: int) -> None:
        drawn = not seed and not seed2
        self.key = entropy() if drawn else seed & MASK_64
        self.counter = (entropy() if drawn else seed2 & MASK_64) << 64

    def take(self, words: int) -> tuple[int, int]:
        """The key and the counter of so many words."""
        before = self.counter
        self.counter += -(-words // 4)
        return self.key, before


def _shuffled(size: int, count: int, stream: _Stream) -> Any:
    """The sizes of windows: as many of the larger ones as it takes, in an order by chance."""
    small, larger = divmod(size, count)
    sizes = np.full(count, small, np.int64)
    sizes[:larger] += 1
    key, counter = stream.take(count)
    return sizes[permutation(key, counter, count)] if count > 1 else sizes


def _evenly(size: int, count: int, stream: _Stream) -> Any:
    """The sizes of windows that begin at ``ceil(a (i + u))``, where ``u`` is small enough for two sizes to do."""
    ratio, small = size / count, size // count
    most = min((small + 2) / ratio - 1, (size + 1 - small) / ratio - (count - 1))
    start = float(unit_floats(philox(*stream.take(2), 1).reshape(-1)[:2], np.float64)[0]) * most
    places = [1, *(math.ceil(ratio * (index + start)) for index in range(1, count)), size + 1]
    return np.diff(np.array(places, np.int64))


def _sequence(size: int, ratio: float, stream: _Stream, pseudo_random: bool) -> Any:
    """Where windows begin, and where the last one ends."""
    count = int(size / ratio)
    if not count:
        raise SpecError(f"Pooling ratio is higher than input dimension size: {ratio} of {size}.")
    sizes = (_evenly if pseudo_random else _shuffled)(size, count, stream)
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


# -- windows -------------------------------------------------------------------------------------------------------


class _Windows(NamedTuple):
    """Along one dimension: the first and the last place of each window."""

    first: Any
    last: Any

    def taps(self) -> Iterator[tuple[Any, Any]]:
        """For each place in the largest window: where it is, at most at the end, and in which windows it is."""
        for offset in range(int((self.last - self.first).max(initial=-1)) + 1):
            at = self.first + offset
            yield np.minimum(at, self.last), at <= self.last


def _windows(sequence: Any, size: int, overlapping: bool) -> _Windows:
    if sequence.ndim != 1 or len(sequence) < 2 or (np.diff(sequence) < 0).any():
        raise SpecError(f"A pooling sequence must be an increasing vector, got {sequence.tolist()}.")
    first = sequence[:-1]
    last = np.minimum(sequence[1:] - (0 if overlapping else 1), size - 1)
    if first.min() < 0 or (first > last).any():
        raise SpecError(f"The pooling sequence {sequence.tolist()} does not fit {size} places.")
    return _Windows(first, last)


def _both(shape: Any, rows: Any, columns: Any, overlapping: bool) -> tuple[_Windows, _Windows]:
    return _windows(rows, int(shape[1]), overlapping), _windows(columns, int(shape[2]), overlapping)


def _drawn(value: Any, attrs: dict[str, Any]) -> tuple[Any, Any]:
    ratio = attrs["pooling_ratio"]
    if value.ndim != 4 or len(ratio) != 4 or min(ratio) < 1 or ratio[0] != 1 or ratio[3] != 1:
        raise ValueError  # the shape rule explains
    if not attrs["deterministic"] and (attrs["seed"] or attrs["seed2"]):
        raise SpecError("Both seed and seed2 should be 0 if deterministic is false.")
    stream = _Stream(attrs["seed"], attrs["seed2"])
    rows = _sequence(value.shape[1], ratio[1], stream, attrs["pseudo_random"])
    return rows, _sequence(value.shape[2], ratio[2], stream, attrs["pseudo_random"])


# -- pooling -------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.FRACTIONAL_MAX_POOL)
def fractional_max_pool(value: Any, *, overlapping: bool, **attrs: Any) -> Any:
    """The largest of the places in each window."""
    sequences = _drawn(value, attrs)
    down, right = _both(value.shape, *sequences, overlapping)
    result = None
    for (rows, _), (columns, _) in itertools.product(down.taps(), right.taps()):
        part = value[:, rows[:, None], columns]
        result = part if result is None else np.maximum(result, part, out=result)
    return result, *sequences


@KERNELS.add(ops.FRACTIONAL_MAX_POOL_GRAD)
def fractional_max_pool_grad(
    orig_input: Any,
    orig_output: Any,
    out_backprop: Any,
    row_pooling_sequence: Any,
    col_pooling_sequence: Any,
    *,
    overlapping: bool,
) -> Any:
    """Each gradient goes to the first of the largest elements of its window."""
    x = orig_input
    if x.ndim != 4 or orig_output.shape != out_backprop.shape:
        raise SpecError(f"The gradient {out_backprop.shape} must have the shape of the output {orig_output.shape}.")
    down, right = _both(x.shape, row_pooling_sequence, col_pooling_sequence, overlapping)
    shape = (x.shape[0], len(down.first), len(right.first), x.shape[3])
    if out_backprop.shape != shape:
        raise SpecError(f"The gradient has shape {out_backprop.shape}, the pooling sequences make {shape}.")
    places = np.arange(x.size).reshape(x.shape)
    best: Any = None
    for (rows, _), (columns, _) in itertools.product(down.taps(), right.taps()):
        part, at = x[:, rows[:, None], columns], places[:, rows[:, None], columns]
        if best is None:
            best, winner = part, at
            continue
        higher = part > best
        np.copyto(best, part, where=higher)
        np.copyto(winner, at, where=higher)
    result = np.zeros(x.size, out_backprop.dtype)
    if best is not None:
        accumulate(np.add, result, winner.reshape(-1), out_backprop.reshape(-1))
    return result.reshape(x.shape)


def _counts(down: _Windows, right: _Windows) -> Any:
    """How many elements each window has: ``[rows, columns, 1]``."""
    return np.multiply.outer(down.last - down.first + 1, right.last - right.first + 1)[..., None]


@KERNELS.add(ops.FRACTIONAL_AVG_POOL)
def fractional_avg_pool(value: Any, *, overlapping: bool, **attrs: Any) -> Any:
    """The mean of the places in each window; integers are cut towards zero."""
    sequences = _drawn(value, attrs)
    down, right = _both(value.shape, *sequences, overlapping)
    total = np.zeros((value.shape[0], len(down.first), len(right.first), value.shape[3]), value.dtype)
    for (rows, tall), (columns, wide) in itertools.product(down.taps(), right.taps()):
        total += np.where((tall[:, None] & wide)[..., None], value[:, rows[:, None], columns], value.dtype.type(0))
    counts = _counts(down, right).astype(value.dtype)
    mean = total / counts if value.dtype.kind == "f" else np.sign(total) * (np.abs(total) // counts)
    return mean.astype(value.dtype, copy=False), *sequences


@KERNELS.add(ops.FRACTIONAL_AVG_POOL_GRAD)
def fractional_avg_pool_grad(
    orig_input_tensor_shape: Any,
    out_backprop: Any,
    row_pooling_sequence: Any,
    col_pooling_sequence: Any,
    *,
    overlapping: bool,
) -> Any:
    """Each window's gradient in equal parts to its elements, summed with float64."""
    sizes = orig_input_tensor_shape.tolist()
    if len(sizes) != 4 or out_backprop.ndim != 4:
        raise SpecError(f"Four sizes and a gradient of four dimensions are needed, got {sizes}, {out_backprop.shape}.")
    down, right = _both(sizes, row_pooling_sequence, col_pooling_sequence, overlapping)
    shape = (sizes[0], len(down.first), len(right.first), sizes[3])
    if out_backprop.shape != shape:
        raise SpecError(f"The gradient has shape {out_backprop.shape}, the pooling sequences make {shape}.")
    share = out_backprop / _counts(down, right)
    result = np.zeros(sizes, np.float64)
    for (rows, tall), (columns, wide) in itertools.product(down.taps(), right.taps()):
        result[:, rows[tall][:, None], columns[wide]] += share[:, tall][:, :, wide]
    return result.astype(out_backprop.dtype)
