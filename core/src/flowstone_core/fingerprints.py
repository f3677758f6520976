"""Hashes of byte strings, as TensorFlow's string ops need them: all 64 bits, the same on every machine.

FarmHash's fingerprint is Geoff Pike's (2014), MurmurHash64A Austin Appleby's (2008), SipHash-2-4 Aumasson's and
Bernstein's ("SipHash: a fast short-input PRF", 2012).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flowstone_core.philox import MASK_64

_K0: Final = 0xC3A5C85C97CB3127
_K1: Final = 0xB492B66FBE98F273
_K2: Final = 0x9AE16A3B2F90404F
_MURMUR: Final = 0xC6A4A7935BD1E995


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


def _half_word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _rotated(value: int, by: int) -> int:
    """``value`` (reduced to 64 bits) rotated to the right."""
    value &= MASK_64
    return value >> by | value << (64 - by) & MASK_64


def _mixed(value: int) -> int:
    value &= MASK_64
    return value ^ value >> 47


def _merged(u: int, v: int, factor: int) -> int:
    a = _mixed((u & MASK_64 ^ v & MASK_64) * factor)
    b = _mixed((v & MASK_64 ^ a) * factor)
    return b * factor & MASK_64


def farm_fingerprint(data: bytes) -> int:
    """FarmHash's ``Fingerprint64``.

    >>> farm_fingerprint(b"hello")
    13009744463427800296
    """
    size = len(data)
    if size <= 16:
        return _farm_short(data, size)
    factor = _K2 + size * 2
    if size <= 32:
        a, b = _word(data, 0) * _K1, _word(data, 8)
        c, d = _word(data, size - 8) * factor, _word(data, size - 16) * _K2
        return _merged(_rotated(a + b, 43) + _rotated(c, 30) + d, a + _rotated(b + _K2, 18) + c, factor)
    if size <= 64:
        a, b = _word(data, 0) * _K2, _word(data, 8)
        c, d = _word(data, size - 8) * factor, _word(data, size - 16) * _K2
        y = _rotated(a + b, 43) + _rotated(c, 30) + d
        z = _merged(y, a + _rotated(b + _K2, 18) + c, factor)
        e, f = _word(data, 16) * factor, _word(data, 24)
        g, h = (y + _word(data, size - 32)) * factor, (z + _word(data, size - 24)) * factor
        return _merged(_rotated(e + f, 43) + _rotated(g, 30) + h, e + _rotated(f + a, 18) + g, factor)
    return _farm_long(data, size)


def _farm_short(data: bytes, size: int) -> int:
    factor = _K2 + size * 2
    if size >= 8:
        a, b = _word(data, 0) + _K2, _word(data, size - 8)
        return _merged(_rotated(b, 37) * factor + a, (_rotated(a, 25) + b) * factor, factor)
    if size >= 4:
        return _merged(size + (_half_word(data, 0) << 3), _half_word(data, size - 4), factor)
    if size:
        y = data[0] + (data[size >> 1] << 8)
        z = size + (data[size - 1] << 2)
        return _mixed(y * _K2 & MASK_64 ^ z * _K0 & MASK_64) * _K2 & MASK_64
    return _K2


def _weak(data: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    """A weak hash of 32 bytes with two seeds."""
    w, x, y, z = (_word(data, at + 8 * i) for i in range(4))
    a += w
    b = _rotated(b + a + z, 21)
    c = a
    a += x + y
    b += _rotated(a, 44)
    return (a + z) & MASK_64, (b + c) & MASK_64


def _farm_long(data: bytes, size: int) -> int:
    seed = 81
    y = seed * _K1 + 113
    z = _mixed(y * _K2 + 113) * _K2
    v, w = (0, 0), (0, 0)
    x = seed * _K2 + _word(data, 0)
    end = (size - 1) // 64 * 64
    for at in range(0, end, 64):
        x = _rotated(x + y + v[0] + _word(data, at + 8), 37) * _K1
        y = _rotated(y + v[1] + _word(data, at + 48), 42) * _K1
        x = x & MASK_64 ^ w[1]
        y += v[0] + _word(data, at + 40)
        z = _rotated(z + w[0], 33) * _K1
        v = _weak(data, at, v[1] * _K1, x + w[0])
        w = _weak(data, at + 32, z + w[1], y + _word(data, at + 16))
        x, y, z = z & MASK_64, y & MASK_64, x
    factor = _K1 + ((z & 0xFF) << 1)
    at = size - 64
    first = w[0] + (size - 1 & 63)
    v = (v[0] + first, v[1])
    w = (first + v[0], w[1])
    x = _rotated(x + y + v[0] + _word(data, at + 8), 37) * factor
    y = _rotated(y + v[1] + _word(data, at + 48), 42) * factor
    x = x & MASK_64 ^ w[1] * 9 & MASK_64
    y += v[0] * 9 + _word(data, at + 40)
    z = _rotated(z + w[0], 33) * factor
    v = _weak(data, at, v[1] * factor, x + w[0])
    w = _weak(data, at + 32, z + w[1], y + _word(data, at + 16))
    x, z = z, x
    return _merged(_merged(v[0], w[0], factor) + _mixed(y) * _K0 + z, _merged(v[1], w[1], factor) + x, factor)


def joined(first: int, second: int) -> int:
    """One fingerprint of two, as TensorFlow's crosses of features join them: one round of MurmurHash64A."""
    result = first ^ _MURMUR ^ _mixed(second * _MURMUR) * _MURMUR & MASK_64
    return _mixed(_mixed(result * _MURMUR) * _MURMUR)


def murmur(data: bytes, seed: int = 0xDECAFCAFFE) -> int:
    """MurmurHash64A: what ``tf.strings.to_hash_bucket`` takes modulo the number of buckets."""
    factor = _MURMUR
    size = len(data)
    whole = size // 8 * 8
    h = seed ^ size * factor & MASK_64
    for at in range(0, whole, 8):
        k = _word(data, at) * factor & MASK_64
        k = (k ^ k >> 47) * factor & MASK_64
        h = (h ^ k) * factor & MASK_64
    if whole < size:
        h = (h ^ int.from_bytes(data[whole:], "little")) * factor & MASK_64
    h = (h ^ h >> 47) * factor & MASK_64
    return h ^ h >> 47


def combined(first: int, second: int) -> int:
    """Two hashes as one."""
    return first ^ (second + 0x9E3779B97F4A7800 + (first << 10) + (first >> 4)) & MASK_64


def sip(data: bytes, key: Sequence[int]) -> int:
    """SipHash-2-4 under a key of two 64-bit words."""
    low, high = (word & MASK_64 for word in key)
    v = [
        low ^ 0x736F6D6570736575,
        high ^ 0x646F72616E646F6D,
        low ^ 0x6C7967656E657261,
        high ^ 0x7465646279746573,
    ]
    size = len(data)
    whole = size // 8 * 8
    last = int.from_bytes(data[whole:], "little") | (size & 0xFF) << 56
    for word in (*(_word(data, at) for at in range(0, whole, 8)), last):
        v[3] ^= word
        _sip_rounds(v, 2)
        v[0] ^= word
    v[2] ^= 0xFF
    _sip_rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _left(value: int, by: int) -> int:
    return (value << by | value >> (64 - by)) & MASK_64


def _sip_rounds(v: list[int], count: int) -> None:
    a, b, c, d = v
    for _ in range(count):
        a = (a + b) & MASK_64
        b = _left(b, 13) ^ a
        a = _left(a, 32)
        c = (c + d) & MASK_64
        d = _left(d, 16) ^ c
        a = (a + d) & MASK_64
        d = _left(d, 21) ^ a
        c = (c + b) & MASK_64
        b = _left(b, 17) ^ c
        c = _left(c, 32)
    v[:] = a, b, c, d
