"""Philox 4x32-10 and ThreeFry 2x32-20: random bits as a function of a key and a counter, vectorised.

Both are from Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011). A block is
what one counter value gives: four 32-bit words (Philox) or two (ThreeFry); blocks follow each other by counting.
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
        _philox_chunk(key, (counter + start) & MASK_128, words[start:stop])
    return words


def philox_at(key: int, counters: Any) -> Any:
    """The words of the blocks at given counters: ``uint32`` of shape ``[n, 4]`` for counters of that shape."""
    words = np.empty(counters.shape, np.uint32)
    lanes = [np.ascontiguousarray(counters[:, i]).astype(np.uint64) for i in range(4)]
    _rounds(key, lanes)
    for i in range(4):
        words[:, i] = lanes[i]
    return words


def counters_from(counter: int, steps: Any) -> Any:
    """The counters ``counter + steps`` as four words each: ``uint32`` of shape ``[n, 4]``."""
    low, high = _add(counter, steps)
    return np.stack([low & _LOW, low >> _SHIFT, high & _LOW, high >> _SHIFT], 1).astype(np.uint32)


def _add(counter: int, steps: Any) -> tuple[Any, Any]:
    """The low and high halves of ``counter + steps`` for an array of steps below 2**64."""
    low = steps + np.uint64(counter & MASK_64)
    carry = low < steps
    return low, np.uint64(counter >> 64) + carry.astype(np.uint64)


def _philox_chunk(key: int, counter: int, words: Any) -> None:
    low, high = _add(counter, np.arange(len(words), dtype=np.uint64))
    lanes = [low & _LOW, low >> _SHIFT, high & _LOW, high >> _SHIFT]
    _rounds(key, lanes)
    for i in range(4):
        words[:, i] = lanes[i]


def _rounds(key: int, lanes: list[Any]) -> None:
    """Ten rounds on four lanes of 32-bit words held in ``uint64``."""
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


_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = 0x1BD11BDA


def threefry(key: int, counter: int, blocks: int) -> Any:
    """The words of ``blocks`` blocks of ThreeFry 2x32 with 20 rounds.

    Args:
        key: 64 bits.
        counter: 64 bits, of the first block; it wraps.
        blocks: How many.

    Returns:
        A ``uint32`` array of shape ``[blocks, 2]``.
    """
    counters = np.arange(blocks, dtype=np.uint64) + np.uint64(counter & MASK_64)
    x, y = (counters & _LOW).astype(np.uint32), (counters >> _SHIFT).astype(np.uint32)
    low, high = key & MASK_32, key >> 32
    schedule = (low, high, low ^ high ^ _PARITY)
    x += np.uint32(schedule[0])
    y += np.uint32(schedule[1])
    for group in range(5):
        for rotation in _ROTATIONS[group % 2]:
            x += y
            y = (y << np.uint32(rotation)) | (y >> np.uint32(32 - rotation))
            y ^= x
        x += np.uint32(schedule[(group + 1) % 3])
        y += np.uint32((schedule[(group + 2) % 3] + group + 1) & MASK_32)
    return np.stack([x, y], 1)
