"""Numpy kernels of ``flowstone_core.ops.stateless_random``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core import distributions
from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError, UnimplementedError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.filling import sizes_of
from flowstone_core.kernels.random import int_bounds
from flowstone_core.ops import stateless_random as ops
from flowstone_core.philox import MASK_64, philox

KERNELS = KernelSet()

_SCRAMBLER = 0x02461E293EC8F720
"""The key under which a seed becomes a key and a counter (``GetPhiloxKeyCounter`` of TensorFlow's stateless ops)."""

_AUTO = 3


@KERNELS.add(ops.GET_KEY_COUNTER)
def get_key_counter(seed: Any) -> tuple[Any, Any]:
    """Scramble the seed, so that every bit of it changes all of the key and counter."""
    if seed.shape != (2,):
        raise SpecError(f"seed must have shape [2], got {list(seed.shape)}.")
    low, high = (int(part) & MASK_64 for part in seed)
    mixed = philox(_SCRAMBLER, low | high << 64, 1)[0].astype(np.uint64)
    shift = np.uint64(32)
    key = np.array([mixed[0] | mixed[1] << shift], np.uint64)
    return key, np.array([0, mixed[2] | mixed[3] << shift], np.uint64)


@KERNELS.add(ops.GET_ALG)
def get_alg() -> Any:
    """Philox."""
    return np.array(ops.PHILOX, np.int32)


def _state(key: Any, counter: Any, alg: Any) -> tuple[int, int]:
    if alg not in (ops.PHILOX, _AUTO):
        raise UnimplementedError(None, None, f"The random number algorithm {alg} is not offered; use 1 (Philox).")
    return int(key[0]), int(counter[0]) | int(counter[1]) << 64


def _filled(draw: Callable[..., Any]) -> Callable[..., Any]:
    def kernel(shape: Any, key: Any, counter: Any, alg: Any, *, dtype: DType) -> Any:
        sizes = sizes_of(shape, "Random numbers")
        drawn = draw(*_state(key, counter, alg), math.prod(sizes), dtype.numpy_dtype)
        return drawn.reshape(sizes)

    return kernel


KERNELS.add(ops.STATELESS_UNIFORM)(_filled(distributions.uniform))
KERNELS.add(ops.STATELESS_NORMAL)(_filled(distributions.normal))
KERNELS.add(ops.STATELESS_TRUNCATED_NORMAL)(_filled(distributions.truncated_normal))
KERNELS.add(ops.STATELESS_FULL_INT)(_filled(distributions.full_int))


@KERNELS.add(ops.STATELESS_UNIFORM_INT)
def stateless_uniform_int(shape: Any, key: Any, counter: Any, alg: Any, minval: Any, maxval: Any) -> Any:
    """Integers in ``[minval, maxval)``."""
    sizes = sizes_of(shape, "Random numbers")
    low, high = int_bounds(minval, maxval)
    drawn = distributions.uniform_int(*_state(key, counter, alg), math.prod(sizes), low, high, minval.dtype)
    return drawn.reshape(sizes)
