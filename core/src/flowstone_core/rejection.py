"""Random numbers made by rejection or from a table: gamma, Poisson, binomial, categories, shuffles.

Each number has a lane of its own in the random stream, so that the result does not depend on who computes what.
All lanes that are still open take a step together.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.distributions import Lanes, unit_floats
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
