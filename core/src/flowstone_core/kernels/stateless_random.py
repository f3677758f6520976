"""Numpy kernels of ``flowstone_core.ops.stateless_random``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core import distributions
from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.filling import sizes_of
from flowstone_core.kernels.random import int_bounds
from flowstone_core.ops import stateless_random as ops
from flowstone_core.philox import MASK_64, philox
from flowstone_core.random_algorithm import Algorithm

KERNELS = KernelSet()

_SCRAMBLER = 0x02461E293EC8F720
"""The key under which a seed becomes a key and a counter (``GetPhiloxKeyCounter`` of TensorFlow's stateless ops)."""


@KERNELS.add(ops.GET_KEY_COUNTER)
def get_key_counter(seed: Any) -> tuple[Any, Any]:
    """The seed, scrambled."""
    key, counter = scrambled(seed)
    return np.array([key], np.uint64), np.array([0, counter >> 64], np.uint64)


def scrambled(seed: Any) -> tuple[int, int]:
    """A key and a counter, of which every bit depends on every bit of the seed.

    Raises:
        SpecError: If the seed is not two integers.
    """
    if seed.shape != (2,):
        raise SpecError(f"seed must have shape [2], got {list(seed.shape)}.")
    low, high = (int(part) & MASK_64 for part in seed)
    a, b, c, d = philox(_SCRAMBLER, low | high << 64, 1)[0].tolist()
    return a | b << 32, (c | d << 32) << 64


@KERNELS.add(ops.GET_KEY_COUNTER_ALG)
def get_key_counter_alg(seed: Any) -> tuple[Any, Any, Any]:
    """The seed, scrambled, and Philox's number."""
    return *get_key_counter(seed), get_alg()


@KERNELS.add(ops.GET_ALG)
def get_alg() -> Any:
    """Philox."""
    return np.array(Algorithm.PHILOX.value, np.int32)


def stream_of(key: Any, counter: Any, alg: Any) -> tuple[int, int]:
    """The key and counter of a Philox stream.

    Raises:
        SpecError: For another algorithm, which CPUs do not offer.
    """
    if int(alg) not in (Algorithm.PHILOX.value, Algorithm.AUTO_SELECT.value):
        raise SpecError(f"Unsupported algorithm id: {int(alg)}. CPUs offer Philox (1) only.")
    if key.size != 1 or counter.size < 2:
        raise SpecError(f"Philox takes a key of 1 and a counter of 2 integers, got {key.size} and {counter.size}.")
    return int(key.reshape(-1)[0]), int(counter[0]) | int(counter[1]) << 64


def filled(draw: Callable[..., Any]) -> Callable[..., Any]:
    """The kernel of what ``draw`` draws: ``draw(key, counter, count, dtype)``."""

    def kernel(shape: Any, key: Any, counter: Any, alg: Any, *, dtype: DType) -> Any:
        sizes = sizes_of(shape, "Random numbers")
        drawn = draw(*stream_of(key, counter, alg), math.prod(sizes), dtype.numpy_dtype)
        return drawn.reshape(sizes)

    return kernel


KERNELS.add(ops.STATELESS_UNIFORM)(filled(distributions.uniform))
KERNELS.add(ops.STATELESS_NORMAL)(filled(distributions.normal))
KERNELS.add(ops.STATELESS_TRUNCATED_NORMAL)(filled(distributions.truncated_normal))
KERNELS.add(ops.STATELESS_FULL_INT)(filled(distributions.full_int))


@KERNELS.add(ops.STATELESS_UNIFORM_INT)
def stateless_uniform_int(shape: Any, key: Any, counter: Any, alg: Any, minval: Any, maxval: Any) -> Any:
    """Integers in ``[minval, maxval)``."""
    sizes = sizes_of(shape, "Random numbers")
    low, high = int_bounds(minval, maxval)
    drawn = distributions.uniform_int(*stream_of(key, counter, alg), math.prod(sizes), low, high, minval.dtype)
    return drawn.reshape(sizes)
