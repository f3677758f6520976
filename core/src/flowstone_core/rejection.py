"""Random numbers made by rejection or from a table: gamma, Poisson, binomial, categories, shuffles.

Each number has a lane of its own in the random stream, so that the result does not depend on who computes what.
All lanes that are still open take a step together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core.distributions import BLOCKS_RESERVED, Lanes, normal, uniform, unit_floats
from flowstone_core.errors import SpecError
from flowstone_core.kernels.gamma import log_gamma
from flowstone_core.philox import philox


def gamma(key: int, counter: int, alphas: Any, samples: int) -> Any:
    """Gamma numbers with scale 1 as ``[samples, len(alphas)]``, in double precision.

    Marsaglia and Tsang, "A simple method for generating gamma variables" (2000): with ``d = alpha - 1/3`` and
    ``c = 1 / sqrt(9 d)``, ``d (1 + c x)^3`` of a normal x is accepted by comparison with a uniform number. For
    alpha below 1, draw with alpha + 1 and multiply by ``u^(1/alpha)``.
    """
    count = samples * alphas.size
    alpha = np.repeat(alphas.astype(np.float64), samples)
    lanes = Lanes(key, counter, count)
    result = np.empty(count)
    exponential = np.flatnonzero(alpha == 1)
    if exponential.size:
        result[exponential] = -np.log1p(-lanes.uniform(exponential))
    active = np.flatnonzero(alpha != 1)
    small = alpha < 1
    d = alpha + np.where(small, 2.0 / 3, -1.0 / 3)
    c = 1.0 / 3 / np.sqrt(d)
    while active.size:
        x = lanes.normal(active)
        v = 1 + c[active] * x
        positive = v > 0
        trying, x, v = active[positive], x[positive], v[positive] ** 3
        u = lanes.uniform(trying)
        square = x * x
        accepted = (u < 1 - 0.0331 * square * square) | (np.log(u) < 0.5 * square + d[trying] * (1 - v + np.log(v)))
        done = trying[accepted]
        value = d[done] * v[accepted]
        boosted = small[done]
        if boosted.any():
            tiny = done[boosted]
            value[boosted] *= lanes.uniform(tiny) ** (1 / alpha[tiny])
        result[done] = value
        active = np.setdiff1d(active, done, assume_unique=True)
    return result.reshape(alphas.size, samples).T


def poisson(key: int, counter: int, rates: Any, samples: int, largest: float) -> Any:
    """Poisson numbers as ``[samples, len(rates)]``, in double precision.

    Rates below 10: Knuth's product of uniform numbers. Others: Hörmann's transformed rejection (PTRS, "The
    transformed rejection method for generating Poisson random variables", 1993).
    """
    count = samples * rates.size
    rate = np.repeat(rates.astype(np.float64), samples)
    lanes = Lanes(key, counter, count)
    result = np.zeros(count)
    _poisson_by_products(lanes, rate, np.flatnonzero(rate < 10), result)
    infinite = np.isposinf(rate)
    result[infinite] = np.inf
    result[np.isnan(rate)] = np.nan
    _poisson_by_rejection(lanes, rate, np.flatnonzero((rate >= 10) & ~infinite), result, float(largest))
    return result.reshape(rates.size, samples).T


def _poisson_by_products(lanes: Lanes, rate: Any, active: Any, result: Any) -> None:
    limit = np.exp(-rate)
    product = np.ones(rate.size)
    while active.size:
        product[active] *= lanes.uniform(active)
        going = product[active] > limit[active]
        active = active[going]
        result[active] += 1


def _poisson_by_rejection(lanes: Lanes, rate: Any, active: Any, result: Any, largest: float) -> None:
    b = 0.931 + 2.53 * np.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    while active.size:
        u = lanes.uniform(active) - 0.5
        v = lanes.uniform(active)
        mean, a_, b_ = rate[active], a[active], b[active]
        shifted = 0.5 - np.abs(u)
        k = np.floor((2 * a_ / shifted + b_) * u + mean + 0.43)
        fits = k <= largest
        quick = (shifted >= 0.07) & (v <= 0.9277 - 3.6224 / (b_ - 2))
        possible = (k >= 0) & ~((shifted < 0.013) & (v > shifted))
        s = np.log(v * inverse_alpha[active] / (a_ / (shifted * shifted) + b_))
        t = -mean + k * np.log(mean) - log_gamma(np.maximum(k, 0) + 1)
        accepted = fits & (quick | (possible & (s <= t)))
        result[active[accepted]] = k[accepted]
        active = active[~accepted]


_INVERSION_BLOCKS = 42
"""How far apart the lanes of binomial numbers by inversion begin."""

_STIRLING_TAIL = (
    0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
    0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287,
)  # fmt: skip


def binomial(key: int, counter: int, counts: Any, probs: Any, samples: int) -> Any:
    """Binomial numbers as ``[samples, len(counts)]``, in double precision.

    The rarer outcome is counted. If less than 10 are expected: geometric numbers are added until they exceed the
    count. Otherwise Hörmann's transformed rejection (BTRS, "The generation of binomial random variates", 1993).
    """
    count = np.repeat(counts.astype(np.float64), samples)
    given = np.repeat(probs, samples)
    flipped = given > 0.5
    prob = np.where(flipped, 1 - given, given).astype(np.float64)
    few = count * prob < 10
    lanes = Lanes(key, counter, count.size, np.where(few, _INVERSION_BLOCKS, BLOCKS_RESERVED))
    result = np.zeros(count.size)
    drawn = (count > 0) & (given > 0) & (given < 1)
    _binomial_by_inversion(lanes, count, prob, np.flatnonzero(drawn & few), result)
    _binomial_by_rejection(lanes, count, prob, np.flatnonzero(drawn & ~few), result)
    result = np.where(flipped & (count > 0), count - result, result)
    result[np.isnan(given.astype(np.float64))] = np.nan
    return result.reshape(counts.size, samples).T


def _binomial_by_inversion(lanes: Lanes, count: Any, prob: Any, active: Any, result: Any) -> None:
    total = np.zeros(count.size)
    while active.size:
        total[active] += np.ceil(np.log(lanes.uniform(active)) / np.log1p(-prob[active]))
        active = active[total[active] <= count[active]]
        result[active] += 1


def _binomial_by_rejection(lanes: Lanes, count: Any, prob: Any, active: Any, result: Any) -> None:
    while active.size:
        n, p = count[active], prob[active]
        spread = np.sqrt(n * p * (1 - p))
        b = 1.15 + 2.53 * spread
        a = -0.0873 + 0.0248 * b + 0.01 * p
        u = lanes.uniform(active) - 0.5
        v = lanes.uniform(active)
        shifted = 0.5 - np.abs(u)
        k = np.floor((2 * a / shifted + b) * u + n * p + 0.5)
        quick = (shifted >= 0.07) & (v <= 0.92 - 4.2 / b)
        possible = (k >= 0) & (k <= n)
        odds, mode = p / (1 - p), np.floor((n + 1) * p)
        inside = np.clip(k, 0, n)
        bound = (
            (mode + 0.5) * np.log((mode + 1) / (odds * (n - mode + 1)))
            + (n + 1) * np.log((n - mode + 1) / (n - inside + 1))
            + (inside + 0.5) * np.log(odds * (n - inside + 1) / (inside + 1))
            + _stirling_tail(mode)
            + _stirling_tail(n - mode)
            - _stirling_tail(inside)
            - _stirling_tail(n - inside)
        )
        scaled = np.log(v * (2.83 + 5.1 / b) * spread / (a / (shifted * shifted) + b))
        accepted = quick | (possible & (scaled <= bound))
        result[active[accepted]] = k[accepted]
        active = active[~accepted]


def _stirling_tail(k: Any) -> Any:
    """What Stirling's approximation of ``log(k!)`` leaves out."""
    square = (k + 1) ** 2
    series = (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)
    return np.where(k <= 9, np.take(_STIRLING_TAIL, np.clip(k, 0, 9).astype(np.intp)), series)


_INSIDE = 1.3
"""How many standard deviations must lie inside the bounds for normal numbers to be drawn and thrown away."""


def normal_between(key: int, counter: int, parameters: list[Any], samples: int) -> Any:
    """Normal numbers between bounds as ``[samples, len(means)]``: means, deviations, minima, maxima.

    Robert, "Simulation of truncated normal variables" (1995): normal proposals if much of the curve is inside,
    uniform ones for a narrow range, exponential ones for a tail. Parameters take turns in one stream.
    """
    dtype = parameters[0].dtype
    result = np.empty((samples, parameters[0].size), dtype)
    for column, (mean, deviation, low, high) in enumerate(zip(*parameters, strict=True)):
        if not (deviation > 0 and low < high and (np.isfinite(low) or np.isfinite(high))):
            raise SpecError(
                f"Invalid parameters: a deviation {deviation} must be positive, a minimum {low} less than the maximum "
                f"{high}, and one of the two finite."
            )
        if np.isneginf(low) or high < mean:  # mirrored, so that the bound that matters is the lower one
            low, high, deviation = high, low, -deviation
        bounds = (low - mean) / deviation, (high - mean) / deviation
        propose = _proposals(*bounds, dtype)
        found: list[Any] = []
        while len(found) < samples:
            numbers, block_of, blocks = propose(key, counter, samples - len(found))
            taken = numbers[: samples - len(found)]
            found.extend(taken)
            counter += int(block_of[len(taken) - 1]) + 1 if len(found) == samples and len(taken) else blocks
        result[:, column] = np.array(found, dtype) * deviation + mean
    return result


def _proposals(low: Any, high: Any, dtype: Any) -> Callable[[int, int, int], tuple[Any, Any, int]]:
    """How to draw between normalized bounds: a function of key, counter and how many numbers are wanted.

    It gives accepted numbers, the last block that each of them used, and how many blocks were drawn.
    """
    each = 2 if dtype == np.float64 else 4
    two = dtype.type(2)
    root = np.sqrt(low * low + dtype.type(4))

    def normal_numbers(key: int, counter: int, wanted: int) -> tuple[Any, Any, int]:
        blocks = wanted // each + 2
        drawn = normal(key, counter, blocks * each, dtype)
        good = np.flatnonzero((drawn >= low) & (drawn <= high))
        return drawn[good], good // each, blocks

    def uniform_numbers(key: int, counter: int, wanted: int) -> tuple[Any, Any, int]:
        rounds = wanted // each + 2
        drawn = uniform(key, counter, 2 * rounds * each, dtype).reshape(rounds, 2, each)
        z = drawn[:, 0] * (high - low) + low
        peak = dtype.type(0) if low < 0 else low * low
        good = np.flatnonzero(drawn[:, 1] <= np.exp((peak - z * z) / two))
        return z.reshape(-1)[good], 2 * (good // each) + 1, 2 * rounds

    def exponential_numbers(key: int, counter: int, wanted: int) -> tuple[Any, Any, int]:
        blocks = 2 * wanted // each + 2
        pairs = uniform(key, counter, blocks * each, dtype).reshape(-1, 2)
        rate = (low + root) / two
        z = -np.log(pairs[:, 0]) / rate + low
        x = rate - z if low < rate else low - rate
        good = np.flatnonzero((pairs[:, 1] <= np.exp(-x * x / two)) & (z < high))
        return z[good], good // (each // 2), blocks

    if (low < -_INSIDE and high >= 0) or (high > _INSIDE and low <= 0):
        return normal_numbers
    cutoff = two * np.exp(dtype.type(0.5) + low * (low - root) / dtype.type(4)) / (low + root)
    return uniform_numbers if high - low < cutoff else exponential_numbers


def categories(key: int, counter: int, logits: Any, samples: int) -> Any:
    """``samples`` class numbers for each row of ``logits``, by inversion of the cumulative probabilities."""
    rows = len(logits)
    words = philox(key, counter, -(-rows * samples // 2)).reshape(-1)
    uniform = unit_floats(words, np.dtype(np.float64))[: rows * samples].reshape(rows, samples)
    result = np.empty((rows, samples), np.int64)
    for row, (scores, draws) in enumerate(zip(logits, uniform, strict=True)):
        finite = np.isfinite(scores)
        best = scores[finite].max() if finite.any() else 0
        weights = np.where(finite, np.exp(scores.astype(np.float64) - float(best)), 0)
        cumulative = np.cumsum(weights)
        result[row] = np.searchsorted(cumulative, draws * (cumulative[-1] if cumulative.size else 0), "right")
    return result


def permutation(key: int, counter: int, count: int) -> Any:
    """A Fisher-Yates shuffle of ``range(count)``."""
    words = philox(key, counter, -(-(count - 1) // 4)).reshape(-1)[: count - 1].astype(np.int64)
    jumps = (words % np.arange(count, 1, -1)).tolist()
    order = list(range(count))
    for place, jump in enumerate(jumps):
        if jump:
            order[place], order[place + jump] = order[place + jump], order[place]
    return np.array(order)
