"""Philox 4x32-10: random bits as a function of a key and a counter, vectorised.

It is from Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011). A block is what
one counter value gives: four 32-bit words; blocks follow each other by counting.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

MASK_32: Final = 0xFFFFFFFF
MASK_64: Final = 0xFFFFFFFFFFFFFFFF
MASK_128: Final = (1 << 128) - 1

_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL = 0x9E3779B9, 0xBB67AE85
_ROUNDS = 10
_SHIFT = np.uint64(32)
_LOW = np.uint64(MASK_32)
_CHUNK = 8192
"""Blocks computed at once: the buffers of a chunk stay in the processor's cache."""


def philox(key: int, counter: int, blocks: int) -> Any:
    """The words of ``blocks`` blocks.

    Args:
        key: 64 bits.
        counter: 128 bits, of the first block; it wraps.
        blocks: How many.

    Returns:
        A ``uint32`` array of shape ``[blocks, 4]``.
    """
    words = np.empty((blocks, 4), np.uint32)
    for start in range(0, blocks, _CHUNK):
        stop = min(start + _CHUNK, blocks)
        steps = np.arange(stop - start, dtype=np.uint64)
        _rounds(key, _lanes((counter + start) & MASK_128, steps), words[start:stop])
    return words


def philox_at(key: int, counters: Any) -> Any:
    """The words of the blocks at given counters: ``uint32`` of shape ``[n, 4]`` for counters of that shape."""
    words = np.empty(counters.shape, np.uint32)
    _rounds(key, [np.ascontiguousarray(counters[:, i]).astype(np.uint64) for i in range(4)], words)
    return words


def counters_from(counter: int, steps: Any) -> Any:
    """The counters ``counter + steps`` as four words each: ``uint32`` of shape ``[n, 4]``."""
    return np.stack(_lanes(counter, steps), 1).astype(np.uint32)


def _lanes(counter: int, steps: Any) -> list[Any]:
    """The four words of ``counter + steps``, held in ``uint64``, for an array of steps below 2**64."""
    low = steps + np.uint64(counter & MASK_64)
    carry = low < steps
    high = np.uint64(counter >> 64) + carry.astype(np.uint64)
    return [low & _LOW, low >> _SHIFT, high & _LOW, high >> _SHIFT]


def _rounds(key: int, lanes: list[Any], words: Any) -> None:
    """Ten rounds on four lanes of 32-bit words held in ``uint64``, which change; the result goes to ``words``."""
    a, b, c, d = lanes
    key_low, key_high = key & MASK_32, key >> 32
    first, second = np.empty_like(a), np.empty_like(a)
    for _ in range(_ROUNDS):
        np.multiply(a, _MULTIPLIERS[0], out=first)
        np.multiply(c, _MULTIPLIERS[1], out=second)
        # a' = high(second) ^ b ^ key, b' = low(second), c' = high(first) ^ d ^ key, d' = low(first)
        np.right_shift(second, _SHIFT, out=a)
        np.bitwise_xor(a, b, out=a)
        np.bitwise_xor(a, np.uint64(key_low), out=a)
        np.bitwise_and(second, _LOW, out=b)
        np.right_shift(first, _SHIFT, out=c)
        np.bitwise_xor(c, d, out=c)
        np.bitwise_xor(c, np.uint64(key_high), out=c)
        np.bitwise_and(first, _LOW, out=d)
        key_low = (key_low + _WEYL[0]) & MASK_32
        key_high = (key_high + _WEYL[1]) & MASK_32
    for i in range(4):
        words[:, i] = lanes[i]
