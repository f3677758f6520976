"""Variable-length integers: seven bits a byte, the lowest first, the top bit set where another follows."""

from __future__ import annotations

_LONGEST = 10  # a 64-bit integer takes at most ten groups of seven bits


def encode_varint(value: int) -> bytes:
    """*value* (0 to 2⁶⁴ - 1) as a varint.

    >>> encode_varint(300)
    b'\\xac\\x02'
    """
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def decode_varint(data: bytes, position: int) -> tuple[int, int]:
    """The varint at *position* of *data*, and the position behind it.

    Raises:
        ValueError: If the data ends inside the number, or the number exceeds 64 bits.

    >>> decode_varint(b"\\xac\\x02rest", 0)
    (300, 2)
    """
    value = shift = 0
    for index in range(position, min(position + _LONGEST, len(data))):
        byte = data[index]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >= 1 << 64:
                break
            return value, index + 1
        shift += 7
    raise ValueError(f"no whole varint at byte {position} of {len(data)}")
