"""Numpy kernels of ``flowstone_core.ops.stateless_sampling``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core import distributions, rejection
from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.index_shuffle import index_shuffle
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.filling import sizes_of
from flowstone_core.kernels.random import int_bounds
from flowstone_core.kernels.stateless_random import scrambled, stream_of
from flowstone_core.ops import stateless_sampling as ops
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()

_WHAT = "Random numbers"

# -- the ops of version 1 ------------------------------------------------------------------------------------------


def _from_seed(draw: Callable[..., Any]) -> Callable[..., Any]:
    def kernel(shape: Any, seed: Any, *, dtype: DType) -> Any:
        sizes = sizes_of(shape, _WHAT)
        return draw(*scrambled(seed), math.prod(sizes), dtype.numpy_dtype).reshape(sizes)

    return kernel


KERNELS.add(ops.STATELESS_UNIFORM_V1)(_from_seed(distributions.uniform))
KERNELS.add(ops.STATELESS_NORMAL_V1)(_from_seed(distributions.normal))
KERNELS.add(ops.STATELESS_TRUNCATED_NORMAL_V1)(_from_seed(distributions.truncated_normal))
KERNELS.add(ops.STATELESS_FULL_INT_V1)(_from_seed(distributions.full_int))


@KERNELS.add(ops.STATELESS_UNIFORM_INT_V1)
def stateless_uniform_int(shape: Any, seed: Any, minval: Any, maxval: Any) -> Any:
    """Integers in ``[minval, maxval)``."""
    sizes = sizes_of(shape, _WHAT)
    low, high = int_bounds(minval, maxval)
    return distributions.uniform_int(*scrambled(seed), math.prod(sizes), low, high, minval.dtype).reshape(sizes)


# -- distributions -------------------------------------------------------------------------------------------------


def samples_of(sizes: list[int], batch: tuple[int, ...], what: str) -> int:
    """How many numbers there are for each parameter.

    Raises:
        SpecError: If the shape does not end with the parameters'.
    """
    if tuple(sizes[len(sizes) - len(batch) :]) != batch or len(sizes) < len(batch):
        raise SpecError(
            f"{what}: the shape {sizes} passed in must end with the broadcasted shape {TensorShape(batch)} of the "
            "parameters."
        )
    return math.prod(sizes[: len(sizes) - len(batch)])


def _gamma(key: int, counter: int, shape: Any, alpha: Any) -> Any:
    sizes = sizes_of(shape, _WHAT)
    samples = samples_of(sizes, alpha.shape, "Gamma")
    return rejection.gamma(key, counter, alpha.reshape(-1), samples).astype(alpha.dtype).reshape(sizes)


@KERNELS.add(ops.STATELESS_GAMMA_V2)
def stateless_gamma_v2(shape: Any, seed: Any, alpha: Any) -> Any:
    """Gamma numbers of a seed."""
    return _gamma(*scrambled(seed), shape, alpha)


@KERNELS.add(ops.STATELESS_GAMMA_V3)
def stateless_gamma_v3(shape: Any, key: Any, counter: Any, alg: Any, alpha: Any) -> Any:
    """Gamma numbers of a key and counter."""
    return _gamma(*stream_of(key, counter, alg), shape, alpha)


@KERNELS.add(ops.STATELESS_POISSON)
def stateless_poisson(shape: Any, seed: Any, lam: Any, *, dtype: DType) -> Any:
    """Poisson numbers of a seed."""
    sizes = sizes_of(shape, _WHAT)
    samples = samples_of(sizes, lam.shape, "Poisson")
    numbers = rejection.poisson(*scrambled(seed), lam.reshape(-1), samples, dtype.max)
    return numbers.astype(dtype.numpy_dtype).reshape(sizes)


def binomial_numbers(key: int, counter: int, sizes: list[int], counts: Any, probs: Any, dtype: DType) -> Any:
    """Binomial numbers of shape ``sizes``."""
    batch = np.broadcast_shapes(counts.shape, probs.shape)
    samples = samples_of(sizes, batch, "Binomial")
    trials, chances = (np.broadcast_to(x, batch).reshape(-1) for x in (counts, probs))
    numbers = rejection.binomial(key, counter, trials, chances, samples)
    return numbers.astype(dtype.numpy_dtype).reshape(sizes)


@KERNELS.add(ops.STATELESS_BINOMIAL)
def stateless_binomial(shape: Any, seed: Any, counts: Any, probs: Any, *, dtype: DType) -> Any:
    """Binomial numbers of a seed."""
    return binomial_numbers(*scrambled(seed), sizes_of(shape, _WHAT), counts, probs, dtype)


@KERNELS.add(ops.STATELESS_PARAMETERIZED_TRUNCATED_NORMAL)
def stateless_parameterized_truncated_normal(shape: Any, seed: Any, *parameters: Any) -> Any:
    """Normal numbers between bounds."""
    sizes = sizes_of(shape, _WHAT)
    batch = np.broadcast_shapes(*(parameter.shape for parameter in parameters))
    samples = samples_of(sizes, batch, "Truncated normal")
    flat = [np.broadcast_to(parameter, batch).reshape(-1) for parameter in parameters]
    return rejection.normal_between(*scrambled(seed), flat, samples).reshape(sizes)


@KERNELS.add(ops.STATELESS_MULTINOMIAL)
def stateless_multinomial(logits: Any, num_samples: Any, seed: Any, *, output_dtype: DType) -> Any:
    """Categories of a seed."""
    count = int(num_samples)
    if logits.ndim != 2 or count < 0:
        raise ValueError  # the shape rule explains
    return rejection.categories(*scrambled(seed), logits, count).astype(output_dtype.numpy_dtype)


# -- shuffles ------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.STATELESS_SHUFFLE)
def stateless_shuffle(value: Any, key: Any, counter: Any, alg: Any) -> Any:
    """A Fisher-Yates shuffle of the slices."""
    if value.ndim == 0 or len(value) <= 1:
        return value
    return value[rejection.permutation(*stream_of(key, counter, alg), len(value))]


@KERNELS.add(ops.RANDOM_INDEX_SHUFFLE)
def random_index_shuffle(index: Any, seed: Any, max_index: Any, *, rounds: int) -> Any:
    """Each index under its own (or the one) permutation."""
    if rounds < 4 or rounds % 2:
        raise SpecError(f"index_shuffle: rounds must be even and at least 4, got {rounds}.")
    shape = np.broadcast_shapes(index.shape, max_index.shape, seed.shape[:-1])
    if len(shape) > 1 or seed.shape[-1:] != (3,):
        raise SpecError(f"index_shuffle: seed must have shape [2] or [n, 2], got {TensorShape(seed.shape)} padded.")
    places, last = (np.broadcast_to(x, shape) for x in (index, max_index))
    words = np.broadcast_to(seed, (*shape, 3))
    if places.size and ((places < 0) | (places > last)).any():
        raise SpecError("index_shuffle: indices must be in [0, max_index].")
    result = np.empty(shape, index.dtype)
    for at in np.ndindex(shape):
        key = [int(word) & 0xFFFFFFFF for word in words[at]]
        result[at] = index_shuffle(int(places[at]), key, int(last[at]), rounds)
    return result
