"""A decoder for snappy blocks, which some tables are compressed with.

Format: https://github.com/google/snappy/blob/main/format_description.txt
"""

from __future__ import annotations

from flowstone_savedmodel.checkpoint.varint import decode_varint

_RATIO = 64  # an element of two bytes yields at most 64: a bound on what a block may honestly declare


def decompress(data: bytes) -> bytes:
    """The bytes that the snappy block *data* stands for.

    Raises:
        ValueError: If the block is not well formed.

    >>> decompress(b"\\x06\\x04ab\\x01\\x02")
    b'ababab'
    """
    size, at = decode_varint(data, 0)
    if size > _RATIO * len(data):
        raise ValueError(f"a snappy block of {len(data)} bytes declares {size} bytes")
    out = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            at = _literal(data, at, tag >> 2, out)
        else:
            length, offset, at = _copy(data, at, tag)
            _repeat(out, offset, length)
        if len(out) > size:
            raise ValueError("a snappy block is longer than it declares")
    if len(out) != size:
        raise ValueError(f"a snappy block declares {size} bytes and holds {len(out)}")
    return bytes(out)


def _literal(data: bytes, at: int, code: int, out: bytearray) -> int:
    """Copy a literal's bytes to *out*; the position behind it."""
    if code >= 60:
        width = code - 59
        code = int.from_bytes(data[at : at + width], "little")
        at += width
    end = at + code + 1
    if end > len(data):
        raise ValueError("a snappy literal runs past the block")
    out += data[at:end]
    return end


def _copy(data: bytes, at: int, tag: int) -> tuple[int, int, int]:
    """Length and offset of a back reference, and the position behind it."""
    width = {1: 1, 2: 2, 3: 4}[tag & 3]
    if at + width > len(data):
        raise ValueError("a snappy copy runs past the block")
    offset = int.from_bytes(data[at : at + width], "little")
    if width == 1:
        return 4 + (tag >> 2 & 7), (tag >> 5) << 8 | offset, at + 1
    return 1 + (tag >> 2), offset, at + width


def _repeat(out: bytearray, offset: int, length: int) -> None:
    """Append *length* bytes found *offset* bytes back; the two stretches may overlap."""
    if not 0 < offset <= len(out):
        raise ValueError("a snappy copy points before the block")
    start = len(out) - offset
    if offset >= length:
        out += out[start : start + length]
        return
    pattern = bytes(out[start:])
    out += (pattern * (length // offset + 1))[:length]
