"""Kernels of ``flowstone_core.ops.generator``: they read and move the state of a generator's variable."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core import distributions
from flowstone_core.distributions import BLOCKS_RESERVED
from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.filling import sizes_of
from flowstone_core.kernels.random import int_bounds
from flowstone_core.kernels.stateless_sampling import binomial_numbers
from flowstone_core.ops import generator as ops
from flowstone_core.philox import MASK_64, MASK_128
from flowstone_core.random_algorithm import Algorithm
from flowstone_core.random_state import entropy
from flowstone_core.variable_state import VariableState

KERNELS = KernelSet()

_WHAT = "Random numbers"
_BINOMIAL_RESERVED = 200


def _words(numbers: list[int]) -> Any:
    return np.array([number & MASK_64 for number in numbers], np.uint64).view(np.int64)


def take(resource: VariableState, alg: Any, blocks: int) -> Any:
    """The state as it was; the variable's counter moves on by ``blocks``.

    Raises:
        SpecError: If the state or the algorithm is not Philox's.
    """
    if int(alg) not in (Algorithm.PHILOX.value, Algorithm.AUTO_SELECT.value):
        raise SpecError(f"The random number algorithm {int(alg)} is not offered on CPUs, which have Philox (1) only.")
    with resource.lock:
        state = resource.peek()
        if state.dtype != np.int64 or state.ndim != 1 or state.size < 3:
            raise SpecError(f"The state of a generator is 3 integers (int64), got {state.dtype} of {state.shape}.")
        low, high = (int(word) & MASK_64 for word in state[:2])
        counter = (low | high << 64) + blocks & MASK_128
        resource.assign(np.concatenate([_words([counter, counter >> 64]), state[2:]]))
    return state


def _stream(resource: VariableState, alg: Any, blocks: int) -> tuple[int, int]:
    low, high, key = (int(word) & MASK_64 for word in take(resource, alg, blocks)[:3])
    return key, low | high << 64


@KERNELS.add(ops.RNG_READ_AND_SKIP)
def read_and_skip(resource: VariableState, alg: Any, delta: Any) -> Any:
    """The state before; the counter moves on as far as ``delta`` numbers take."""
    return take(resource, alg, int(delta) * BLOCKS_RESERVED)


@KERNELS.add(ops.RNG_SKIP)
def skip(resource: VariableState, algorithm: Any, delta: Any) -> None:
    """Move the counter on as far as ``delta`` numbers take."""
    take(resource, algorithm, int(delta) * BLOCKS_RESERVED)


@KERNELS.add(ops.NON_DETERMINISTIC_INTS)
def non_deterministic_ints(shape: Any, *, dtype: DType) -> Any:
    """Integers nobody can foresee."""
    sizes = sizes_of(shape, _WHAT)
    return distributions.full_int(entropy(), entropy(), math.prod(sizes), dtype.numpy_dtype).reshape(sizes)


def _filled(draw: Callable[..., Any]) -> Callable[..., Any]:
    def kernel(resource: VariableState, algorithm: Any, shape: Any, *, dtype: DType) -> Any:
        sizes = sizes_of(shape, _WHAT)
        count = math.prod(sizes)
        stream = _stream(resource, algorithm, count * BLOCKS_RESERVED)
        return draw(*stream, count, dtype.numpy_dtype).reshape(sizes)

    return kernel


KERNELS.add(ops.STATEFUL_UNIFORM)(_filled(distributions.uniform))
KERNELS.add(ops.STATEFUL_FULL_INT)(_filled(distributions.full_int))
KERNELS.add(ops.STATEFUL_NORMAL)(_filled(distributions.normal))
KERNELS.add(ops.STATEFUL_TRUNCATED_NORMAL)(_filled(distributions.truncated_normal))


@KERNELS.add(ops.STATEFUL_UNIFORM_INT)
def uniform_int(resource: VariableState, algorithm: Any, shape: Any, minval: Any, maxval: Any) -> Any:
    """Integers in ``[minval, maxval)``."""
    sizes = sizes_of(shape, _WHAT)
    count = math.prod(sizes)
    low, high = int_bounds(minval, maxval)
    stream = _stream(resource, algorithm, count * BLOCKS_RESERVED)
    return distributions.uniform_int(*stream, count, low, high, minval.dtype).reshape(sizes)


@KERNELS.add(ops.STATEFUL_BINOMIAL)
def binomial(resource: VariableState, algorithm: Any, shape: Any, counts: Any, probs: Any, *, dtype: DType) -> Any:
    """Binomial numbers."""
    sizes = sizes_of(shape, _WHAT)
    batch = math.prod(np.broadcast_shapes(counts.shape, probs.shape))
    samples = math.prod(sizes) // batch if batch else 0
    reserved = batch * _BINOMIAL_RESERVED * (samples + 3) // 4 * BLOCKS_RESERVED
    return binomial_numbers(*_stream(resource, algorithm, reserved), sizes, counts, probs, dtype)
