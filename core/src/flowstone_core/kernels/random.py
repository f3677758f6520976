"""Numpy kernels of ``flowstone_core.ops.random``: each draws from the stream of its call site."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core import distributions, rejection
from flowstone_core.distributions import BLOCKS_RESERVED
from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.filling import sizes_of
from flowstone_core.ops import random as ops
from flowstone_core.random_state import Site, SiteKernel

KERNELS = KernelSet()

_WHAT = "Random numbers"


def filled(draw: Callable[..., Any]) -> SiteKernel:
    """The kernel of what ``draw`` draws: ``draw(key, counter, count, dtype)``."""

    def kernel(site: Site, shape: Any, *, dtype: DType, seed: int, seed2: int) -> Any:
        sizes = sizes_of(shape, _WHAT)
        count = math.prod(sizes)
        key, counter = site.take(seed, seed2, count * BLOCKS_RESERVED)
        return draw(key, counter, count, dtype.numpy_dtype).reshape(sizes)

    return SiteKernel(kernel)


KERNELS.add(ops.RANDOM_UNIFORM)(filled(distributions.uniform))
KERNELS.add(ops.RANDOM_STANDARD_NORMAL)(filled(distributions.normal))
KERNELS.add(ops.TRUNCATED_NORMAL)(filled(distributions.truncated_normal))


def int_bounds(minval: Any, maxval: Any) -> tuple[int, int]:
    """Checked bounds of random integers."""
    if minval.ndim or maxval.ndim:
        raise SpecError("minval and maxval must be scalars.")
    low, high = minval.item(), maxval.item()
    if low >= high:
        raise SpecError(f"Need minval < maxval, got {low} >= {high}.")
    return low, high


@KERNELS.add(ops.RANDOM_UNIFORM_INT)
@SiteKernel
def random_uniform_int(site: Site, shape: Any, minval: Any, maxval: Any, *, seed: int, seed2: int) -> Any:
    """Integers in ``[minval, maxval)``."""
    sizes = sizes_of(shape, _WHAT)
    count = math.prod(sizes)
    if not count:
        return np.zeros(sizes, minval.dtype)
    low, high = int_bounds(minval, maxval)
    key, counter = site.take(seed, seed2, count * BLOCKS_RESERVED)
    return distributions.uniform_int(key, counter, count, low, high, minval.dtype).reshape(sizes)


@KERNELS.add(ops.RANDOM_GAMMA)
@SiteKernel
def random_gamma(site: Site, shape: Any, alpha: Any, *, seed: int, seed2: int) -> Any:
    """For each parameter, ``shape`` numbers."""
    sizes = sizes_of(shape, _WHAT)
    count = math.prod(sizes) * alpha.size
    key, counter = site.take(seed, seed2, count * BLOCKS_RESERVED)
    numbers = rejection.gamma(key, counter, alpha.reshape(-1), math.prod(sizes))
    return numbers.astype(alpha.dtype).reshape(*sizes, *alpha.shape)


@KERNELS.add(ops.RANDOM_POISSON_V2)
@SiteKernel
def random_poisson(site: Site, shape: Any, rate: Any, *, dtype: DType, seed: int, seed2: int) -> Any:
    """For each rate, ``shape`` numbers."""
    sizes = sizes_of(shape, _WHAT)
    count = math.prod(sizes) * rate.size
    key, counter = site.take(seed, seed2, count * BLOCKS_RESERVED)
    numbers = rejection.poisson(key, counter, rate.reshape(-1), math.prod(sizes), dtype.max)
    return numbers.astype(dtype.numpy_dtype).reshape(*sizes, *rate.shape)


@KERNELS.add(ops.MULTINOMIAL)
@SiteKernel
def multinomial(site: Site, logits: Any, num_samples: Any, *, output_dtype: DType, seed: int, seed2: int) -> Any:
    """For each row, ``num_samples`` classes."""
    count = int(num_samples)
    if logits.ndim != 2 or count < 0:
        raise ValueError  # the shape rule explains
    key, counter = site.take(seed, seed2, 2 * len(logits) * -(-count // 4) * 4 * BLOCKS_RESERVED)
    return rejection.categories(key, counter, logits, count).astype(output_dtype.numpy_dtype)


@KERNELS.add(ops.RANDOM_SHUFFLE)
@SiteKernel
def random_shuffle(site: Site, value: Any, *, seed: int, seed2: int) -> Any:
    """Slices in the order of a Fisher-Yates shuffle."""
    if value.ndim == 0 or len(value) <= 1:
        return value
    key, counter = site.take(seed, seed2, -(-(len(value) - 1) // 4))
    return value[rejection.permutation(key, counter, len(value))]
