"""From random words to uniform, normal and integer numbers, as TensorFlow's kernels do it.

Every function computes the numbers number 0, 1, 2, ... of a Philox stream (key, counter). Its words come in groups
of four; how many numbers a group gives depends on the type. Truncated normals reject, so each group of results
begins at a place of its own, 64 blocks for each number after the one before.
"""

from __future__ import annotations

from typing import Any, Final

import ml_dtypes
import numpy as np

from flowstone_core.philox import counters_from, philox, philox_at

BLOCKS_RESERVED: Final = 256
"""How many blocks a stateful op takes from its stream for each number, used or not."""

_TINY = 1e-7
CUT: Final = 2.0
"""Truncated normal numbers are smaller than this, in absolute value."""


def _blocks(count: int, each: int) -> int:
    return -(-count // each)


def unit_floats(words: Any, dtype: Any) -> Any:
    """Words (``uint32``, flat) as numbers in [0, 1): their low bits become the mantissa of a number in [1, 2)."""
    if dtype == np.float32:
        return ((words & np.uint32(0x7FFFFF)) | np.uint32(0x3F800000)).view(np.float32) - np.float32(1)
    if dtype == np.float64:
        high, low = words[0::2].astype(np.uint64), words[1::2]
        bits = ((high & np.uint64(0xFFFFF)) << np.uint64(32)) | low | np.uint64(0x3FF0000000000000)
        return bits.view(np.float64) - 1.0
    if dtype == np.float16:
        return ((words & np.uint32(0x3FF)) | np.uint32(0x3C00)).astype(np.uint16).view(np.float16) - np.float16(1)
    bits = ((words & np.uint32(0x7F)) | np.uint32(0x3F80)).astype(np.uint16)
    return bits.view(ml_dtypes.bfloat16) - ml_dtypes.bfloat16(1)


def uniform(key: int, counter: int, count: int, dtype: Any) -> Any:
    """Uniform numbers in [0, 1)."""
    each = 2 if dtype == np.float64 else 4
    words = philox(key, counter, _blocks(count, each)).reshape(-1)
    return unit_floats(words, np.dtype(dtype))[:count]


def uniform_int(key: int, counter: int, count: int, low: int, high: int, dtype: Any) -> Any:
    """Integers in ``[low, high)``: random bits modulo the width of the range (so barely biased)."""
    bits = full_int(key, counter, count, np.uint64 if np.dtype(dtype).itemsize == 8 else np.uint32)
    bits %= bits.dtype.type(high - low)
    bits += np.array(low, dtype).astype(bits.dtype)
    return bits.astype(dtype)


def full_int(key: int, counter: int, count: int, dtype: Any) -> Any:
    """Integers over the whole range of a 32 or 64-bit type."""
    wide = np.dtype(dtype).itemsize == 8
    words = philox(key, counter, _blocks(count, 2 if wide else 4)).reshape(-1)
    if not wide:
        return words[:count].astype(dtype)
    low, high = words[0::2].astype(np.uint64), words[1::2].astype(np.uint64)
    return (low | (high << np.uint64(32)))[:count].astype(dtype)


def _box_muller(words: Any, wide: bool) -> Any:
    """Flat words as standard normal numbers, by Box and Muller's method: two from each two uniform numbers.

    Single precision functions are computed in double and rounded, which is what a good libm gives.
    """
    if wide:
        u = unit_floats(words, np.dtype(np.float64))
        radius = np.sqrt(-2.0 * np.log(np.maximum(u[0::2], _TINY)))
        angle = 2 * np.pi * u[1::2]
        result = np.empty(u.shape)
        np.multiply(np.sin(angle), radius, out=result[0::2])
        np.multiply(np.cos(angle), radius, out=result[1::2])
        return result
    u = unit_floats(words, np.dtype(np.float32))
    logs = np.log(np.maximum(u[0::2], np.float32(_TINY)), dtype=np.float64).astype(np.float32)
    radius = np.sqrt(np.float32(-2) * logs)
    angle = (2 * np.pi * u[1::2].astype(np.float64)).astype(np.float32).astype(np.float64)
    result = np.empty(u.shape, np.float32)
    np.multiply(np.sin(angle).astype(np.float32), radius, out=result[0::2])
    np.multiply(np.cos(angle).astype(np.float32), radius, out=result[1::2])
    return result


def normal(key: int, counter: int, count: int, dtype: Any) -> Any:
    """Standard normal numbers."""
    wide = np.dtype(dtype) == np.float64
    words = philox(key, counter, _blocks(count, 2 if wide else 4)).reshape(-1)
    return _box_muller(words, wide)[:count].astype(dtype, copy=False)


def truncated_normal(key: int, counter: int, count: int, dtype: Any) -> Any:
    """Standard normal numbers whose absolute value is below 2: others are thrown away."""
    wide = np.dtype(dtype) == np.float64
    groups = np.arange(_blocks(count, 2 if wide else 4))
    return truncated_groups(key, counter, groups, wide).reshape(-1)[:count].astype(dtype, copy=False)


def truncated_groups(key: int, counter: int, groups: Any, wide: bool) -> Any:
    """The groups with these numbers: four float32 each, or two float64 if ``wide``."""
    each = 2 if wide else 4
    result = np.empty((len(groups), each), np.float64 if wide else np.float32)
    filled = np.zeros(len(groups), np.intp)
    open_groups = np.arange(len(groups))
    step = 0
    while open_groups.size:
        starts = groups[open_groups].astype(np.uint64) * np.uint64(each * BLOCKS_RESERVED // 4) + np.uint64(step)
        words = philox_at(key, counters_from(counter, starts))
        found = _box_muller(words.reshape(-1), wide).reshape(open_groups.size, -1)
        for column in found.T:
            good = np.abs(column) < CUT
            good &= filled[open_groups] < each
            rows = open_groups[good]
            result[rows, filled[rows]] = column[good]
            filled[rows] += 1
        open_groups = open_groups[filled[open_groups] < each]
        step += 1
    return result


class Lanes:
    """Independent streams of doubles, one for each number to make by rejection.

    Lane i begins ``256 * i`` blocks after the counter (or ``apart * i``, which may differ from lane to lane); its uniform and normal numbers are taken from the blocks it
    comes to, two from a block, the second one first.
    """

    def __init__(self, key: int, counter: int, lanes: int, apart: Any = BLOCKS_RESERVED) -> None:
        self.key = key
        self.counter = counter
        self.used = np.arange(lanes, dtype=np.uint64) * np.asarray(apart, np.uint64)
        self._uniform = np.zeros((lanes, 2)), np.zeros(lanes, np.intp)
        self._normal = np.zeros((lanes, 2)), np.zeros(lanes, np.intp)

    def _blocks(self, lanes: Any) -> Any:
        words = philox_at(self.key, counters_from(self.counter, self.used[lanes]))
        self.used[lanes] += np.uint64(1)
        return words.reshape(-1)

    def uniform(self, lanes: Any) -> Any:
        """The next uniform number of each of ``lanes`` (an array of numbers of lanes, each once)."""
        numbers, left = self._uniform
        empty = lanes[left[lanes] == 0]
        if empty.size:
            numbers[empty] = unit_floats(self._blocks(empty), np.dtype(np.float64)).reshape(-1, 2)
            left[empty] = 2
        left[lanes] -= 1
        return numbers[lanes, left[lanes]]

    def normal(self, lanes: Any) -> Any:
        """The next standard normal number of each of ``lanes``."""
        numbers, left = self._normal
        empty = lanes[left[lanes] == 0]
        if empty.size:
            numbers[empty] = _box_muller(self._blocks(empty), wide=True).reshape(-1, 2)
            left[empty] = 2
        left[lanes] -= 1
        return numbers[lanes, left[lanes]]
