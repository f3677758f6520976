"""A pseudorandom permutation of ``0..n`` computed one index at a time.

A block cipher permutes all numbers of some bits; a number that leaves the range is enciphered again until it is
back (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002). The cipher is Simon (Beaulieu et al., "The
SIMON and SPECK families of lightweight block ciphers", 2013) with any even block size and few rounds.
"""

from __future__ import annotations

from collections.abc import Sequence

_SMALLEST_BLOCK = 16
_CONSTANT, _SEQUENCE = 0xFFFFFFFC, 0x7369F885192C0EF5


def index_shuffle(index: int, key: Sequence[int], max_index: int, rounds: int) -> int:
    """Where ``index`` goes in the permutation of ``0..max_index`` that ``key`` (three 32-bit words) names."""
    if max_index == 0:
        return 0
    bits = (max_index - 1).bit_length()
    block = max(bits + bits % 2, _SMALLEST_BLOCK)
    word = block // 2
    keys = _round_keys(key, word, rounds)
    while True:
        index = _encipher(index, keys, word)
        if index <= max_index:
            return index


def _rotated_left(x: int, by: int, word: int) -> int:
    return ((x << by) | (x >> (word - by))) & ((1 << word) - 1)


def _rotated_right(x: int, by: int, word: int) -> int:
    return ((x >> by) | (x << (word - by))) & ((1 << word) - 1)


def _round_keys(key: Sequence[int], word: int, rounds: int) -> list[int]:
    mask = (1 << word) - 1
    keys = [part & mask for part in key]
    sequence = _SEQUENCE & mask
    for i in range(3, rounds):
        mixed = _rotated_right(keys[i - 1], 3, word) ^ _rotated_right(keys[i - 1], 4, word)
        keys.append((_CONSTANT & mask) ^ (sequence & 1) ^ keys[i - 3] ^ mixed)
        sequence >>= 1
    return keys


def _mixed(x: int, word: int) -> int:
    return (_rotated_left(x, 1, word) & _rotated_left(x, 8, word)) ^ _rotated_left(x, 2, word)


def _encipher(value: int, keys: list[int], word: int) -> int:
    mask = (1 << word) - 1
    left, right = (value >> word) & mask, value & mask
    for first, second in zip(keys[0::2], keys[1::2], strict=False):
        left ^= _mixed(right, word) ^ first
        right ^= _mixed(left, word) ^ second
    return left << word | right
