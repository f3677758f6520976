"""Numpy kernels of ``flowstone_core.ops.candidates``: from TensorFlow's Philox streams, word by word."""

from __future__ import annotations

import functools
import math
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import candidates as ops
from flowstone_core.philox import philox
from flowstone_core.random_state import Site, SiteKernel

KERNELS = KernelSet()

_LOWEST = -np.finfo(np.float32).max
_RESERVED_WORDS = 2048
"""How many words TensorFlow puts by for each class that it draws."""


class Words:
    """The 32-bit words of a stream, one after another; more blocks are made as they are used up."""

    def __init__(self, key: int, counter: int, blocks: int) -> None:
        self.key, self.counter, self.blocks = key, counter, max(blocks, 1)
        self.values: list[int] = []
        self.place = 0

    def next(self) -> int:
        """The next word."""
        if self.place == len(self.values):
            self.values = philox(self.key, self.counter, self.blocks).reshape(-1).tolist()
            self.counter += self.blocks
            self.place = 0
        self.place += 1
        return self.values[self.place - 1]

    def below(self, limit: int) -> int:
        """A number below ``limit``, of 32 bits."""
        if limit & (limit - 1) == 0:
            return self.next() & (limit - 1)
        least = 0xFFFFFFFF % limit + 1
        word = self.next()
        while word < least:
            word = self.next()
        return word % limit

    def wide_below(self, limit: int) -> int:
        """A number below ``limit``, of 64 bits."""
        mask = 0xFFFFFFFFFFFFFFFF
        word = self.next() | self.next() << 32
        if limit & (limit - 1) == 0:
            return word & (limit - 1)
        least = mask % limit + 1
        while word < least:
            word = self.next() | self.next() << 32
        return word % limit

    def single(self) -> float:
        """A float32 in [0, 1)."""
        return float(np.uint32((127 << 23) | (self.next() & 0x7FFFFF)).view(np.float32) - np.float32(1))

    def double(self) -> float:
        """A float64 in [0, 1)."""
        low, high = self.next(), self.next()
        bits = (1023 << 52) | ((low & 0xFFFFF) << 32) | high
        return float(np.uint64(bits).view(np.float64) - 1.0)


Draw = Callable[[Words], int]


def _drawn(
    site: Site, true_classes: Any, attrs: dict[str, Any], draw: Draw, probability: Callable[[Any], Any], classes: int
) -> tuple[Any, Any, Any]:
    """Classes one by one, and the counts expected of them."""
    count, unique = attrs["num_sampled"], attrs["unique"]
    if true_classes.ndim != 2 or true_classes.shape[1] != attrs["num_true"]:
        raise SpecError(f"true_classes must be [batch, {attrs['num_true']}], got shape {true_classes.shape}.")
    if true_classes.size and (true_classes.min() < 0 or true_classes.max() >= classes):
        raise SpecError(f"true_classes must be below {classes} and not negative, got {true_classes.tolist()}.")
    if unique and count > classes:
        raise SpecError(f"Sampler's range is too small: {count} different classes of {classes} cannot be drawn.")
    blocks = -(-_RESERVED_WORDS * count // 4)
    words = Words(*site.take(attrs["seed"], attrs["seed2"], blocks), min(blocks, count + 8))
    found: list[int] = []
    seen: set[int] = set()
    tries = 0
    while len(found) < count:
        tries += 1
        value = draw(words)
        if not unique or value not in seen:
            seen.add(value)
            found.append(value)
    sampled = np.array(found, np.int64)
    return sampled, _expected(probability(true_classes), count, tries), _expected(probability(sampled), count, tries)


def _expected(p: Any, count: int, tries: int) -> Any:
    """``p count``, or with rejected tries ``1 - (1 - p)^tries``."""
    p = p.astype(np.float32)
    if tries == count:
        return (p * np.float32(count)).astype(np.float32)
    return (-np.expm1(tries * np.log1p(-p.astype(np.float64)))).astype(np.float32)


@KERNELS.add(ops.UNIFORM_CANDIDATE_SAMPLER)
@SiteKernel
def uniform(site: Site, true_classes: Any, *, range_max: int, **attrs: Any) -> Any:
    """Each class equally likely."""
    share = np.float32(1.0 / range_max)
    return _drawn(
        site,
        true_classes,
        attrs,
        lambda words: words.wide_below(range_max),
        lambda x: np.full(x.shape, share),
        range_max,
    )


@KERNELS.add(ops.LOG_UNIFORM_CANDIDATE_SAMPLER)
@SiteKernel
def log_uniform(site: Site, true_classes: Any, *, range_max: int, **attrs: Any) -> Any:
    """The whole part of an exponential of a uniform number."""
    scale = math.log1p(range_max)

    def draw(words: Words) -> int:
        return (int(math.exp(words.double() * scale)) - 1) % range_max

    return _drawn(site, true_classes, attrs, draw, lambda x: np.log((x + 2.0) / (x + 1.0)) / scale, range_max)


# -- given frequencies ---------------------------------------------------------------------------------------------


class _Alias:
    """A distribution by Walker's method of aliases: each place is one class up to a number, another beyond."""

    def __init__(self, weights: list[float]) -> None:
        count, total = len(weights), math.fsum(weights)
        self.limits = [weight * count / total for weight in weights]
        self.others = list(range(count))
        low = [place for place, limit in enumerate(self.limits) if limit < 1.0]
        high = [place for place, limit in enumerate(self.limits) if limit >= 1.0]
        while low and high:
            short, long = low.pop(), high.pop()
            self.others[short] = long
            self.limits[long] -= 1.0 - self.limits[short]
            (low if self.limits[long] < 1.0 else high).append(long)
        for place in low + high:  # what rounding left over
            self.limits[place] = 1.0

    def draw(self, words: Words) -> int:
        """A class."""
        part, place = words.single(), words.below(len(self.limits))
        return place if part < np.float32(self.limits[place]) else self.others[place]


@functools.lru_cache(maxsize=16)
def _fixed(
    file: str, unigrams: tuple[float, ...], distortion: float, reserved: int, shards: int, shard: int, classes: int
) -> tuple[_Alias, Any]:
    """The distribution, and the probability of each class."""
    if bool(file) == bool(unigrams):
        raise SpecError("Exactly one of vocab_file and unigrams must be given, not both or none.")
    counts = list(unigrams)
    if file:
        lines = Path(file).read_text().splitlines()
        counts = [float(line.rsplit(",", 1)[-1]) for line in lines if line.strip()]
    weights = [0.0] * reserved + [float(np.float32(count) ** np.float32(distortion)) for count in counts]
    mine = weights[shard::shards]
    if len(mine) != classes:
        raise SpecError(f"range_max is {classes}, but {len(mine)} frequencies are given, reserved ones included.")
    return _Alias(mine), np.array(mine) / math.fsum(mine)


@KERNELS.add(ops.FIXED_UNIGRAM_CANDIDATE_SAMPLER)
@SiteKernel
def fixed_unigram(
    site: Site,
    true_classes: Any,
    *,
    range_max: int,
    vocab_file: Any,
    distortion: float,
    num_reserved_ids: int,
    num_shards: int,
    shard: int,
    unigrams: Any,
    **attrs: Any,
) -> Any:
    """Classes by their frequencies."""
    file = vocab_file.decode() if isinstance(vocab_file, bytes) else vocab_file
    alias, shares = _fixed(file, tuple(unigrams), distortion, num_reserved_ids, num_shards, shard, range_max)
    return _drawn(site, true_classes, attrs, alias.draw, lambda x: shares[x], range_max)


# -- learned frequencies -------------------------------------------------------------------------------------------


@KERNELS.add(ops.LEARNED_UNIGRAM_CANDIDATE_SAMPLER)
@SiteKernel
def learned_unigram(site: Site, true_classes: Any, *, range_max: int, **attrs: Any) -> Any:
    """Classes as often as they have been true ones, and once more; then the true ones count."""
    counts = _COUNTS.setdefault(site, np.ones(range_max, np.int64))
    sums = np.cumsum(counts)

    def draw(words: Words) -> int:
        return int(np.searchsorted(sums, words.below(int(sums[-1])), "right"))

    drawn = _drawn(site, true_classes, attrs, draw, lambda x: counts[x] / sums[-1], range_max)
    np.add.at(counts, true_classes.reshape(-1), 1)
    return drawn


_COUNTS: weakref.WeakKeyDictionary[Site, Any] = weakref.WeakKeyDictionary()
"""How often each class was a true one, for each call site."""


@KERNELS.add(ops.ALL_CANDIDATE_SAMPLER)
@SiteKernel
def every(site: Site, true_classes: Any, *, num_true: int, num_sampled: int, **attrs: Any) -> Any:
    """All classes, each expected once."""
    if true_classes.ndim != 2 or true_classes.shape[1] != num_true:
        raise SpecError(f"true_classes must be [batch, {num_true}], got shape {true_classes.shape}.")
    ones = np.ones(num_sampled, np.float32)
    return np.arange(num_sampled, dtype=np.int64), np.ones(true_classes.shape, np.float32), ones


@KERNELS.add(ops.COMPUTE_ACCIDENTAL_HITS)
def accidental_hits(true_classes: Any, sampled_candidates: Any, *, num_true: int, **attrs: Any) -> Any:
    """Where a class drawn is a true one, example by example; of a class drawn twice the last place counts."""
    if true_classes.ndim != 2 or true_classes.shape[1] != num_true:
        raise SpecError(f"true_classes must be [batch, {num_true}], got shape {true_classes.shape}.")
    if sampled_candidates.ndim != 1:
        raise SpecError(f"sampled_candidates must be a vector, got shape {sampled_candidates.shape}.")
    _, from_end = np.unique(sampled_candidates[::-1], return_index=True)
    last = np.zeros(sampled_candidates.shape, bool)
    last[len(last) - 1 - from_end] = True
    rows, _, places = np.nonzero((true_classes[:, :, None] == sampled_candidates) & last)
    return rows.astype(np.int32), places.astype(np.int64), np.full(len(rows), _LOWEST, np.float32)
