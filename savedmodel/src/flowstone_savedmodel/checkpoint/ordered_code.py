"""Keys of tensor slices: an encoding whose byte order is the order of what it encodes.

A partitioned variable's parts are stored in a bundle under such keys. See TensorFlow's
``core/lib/strings/ordered_code.h`` for the definition of the encoding.
"""

from __future__ import annotations

from collections.abc import Iterable

FULL_EXTENT = -1
_ESCAPES = {0x00: b"\x00\xff", 0xFF: b"\xff\x00"}


def slice_key(name: str, extents: Iterable[tuple[int, int]]) -> bytes:
    """The bundle key of one slice of the tensor *name*.

    Args:
        name: The whole tensor's key.
        extents: Start and length in each dimension; ``(0, FULL_EXTENT)`` takes all of it.

    >>> slice_key("v", [(0, 2)])
    b'\\x00v\\x00\\x01\\x01\\x01\\x80\\x82'
    """
    dimensions = list(extents)
    numbers = b"".join(_signed(start) + _signed(length) for start, length in dimensions)
    return _unsigned(0) + _string(name.encode()) + _unsigned(len(dimensions)) + numbers


def _unsigned(value: int) -> bytes:
    """A length byte, then the number's bytes, the highest first."""
    width = (value.bit_length() + 7) // 8
    return bytes([width]) + value.to_bytes(width, "big")


def _string(value: bytes) -> bytes:
    """The bytes with 0x00 and 0xff escaped by each other, and a terminator."""
    return b"".join(_ESCAPES.get(byte, bytes([byte])) for byte in value) + b"\x00\x01"


def _signed(value: int) -> bytes:
    """Two's complement, 7 bits a byte, below as many header bits as bytes: ones, for a negative zeros."""
    magnitude = value if value >= 0 else ~value
    width = magnitude.bit_length() // 7 + 1
    bits = 8 * width
    header = ((1 << width) - 1) << (bits - width)
    return (value & ((1 << bits) - 1) ^ header).to_bytes(width, "big")
