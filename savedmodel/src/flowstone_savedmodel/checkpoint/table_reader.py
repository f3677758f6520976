"""Reading sorted tables."""

from __future__ import annotations

from collections.abc import Iterator

from flowstone_savedmodel.checkpoint.crc import masked_crc
from flowstone_savedmodel.checkpoint.snappy import decompress
from flowstone_savedmodel.checkpoint.table_format import (
    FOOTER_SIZE,
    PLAIN,
    SNAPPY,
    TRAILER_SIZE,
    Handle,
    decode_footer,
)
from flowstone_savedmodel.checkpoint.varint import decode_varint


def decode_table(data: bytes) -> dict[bytes, bytes]:
    """All entries of the table whose file holds *data*, in ascending order of their keys.

    Raises:
        ValueError: If the bytes are not those of a whole, undamaged table.
    """
    table: dict[bytes, bytes] = {}
    last: bytes | None = None
    for _, encoded in _entries(_read_block(data, decode_footer(data))):
        handle, _ = Handle.decode(encoded)
        for key, value in _entries(_read_block(data, handle)):
            if last is not None and key <= last:
                raise ValueError(f"key {key!r} follows {last!r}: the table is not sorted")
            table[key] = value
            last = key
    return table


def _read_block(data: bytes, handle: Handle) -> bytes:
    """The content of the block at *handle*, its checksum verified."""
    end = handle.offset + handle.size
    if end + TRAILER_SIZE > len(data) - FOOTER_SIZE:
        raise ValueError(f"a block at bytes {handle.offset} to {end} lies outside the table of {len(data)} bytes")
    content, kind = data[handle.offset : end], data[end]
    stored = int.from_bytes(data[end + 1 : end + TRAILER_SIZE], "little")
    if masked_crc(data[handle.offset : end + 1]) != stored:
        raise ValueError(f"the checksum of the block at byte {handle.offset} does not match its content")
    if kind == PLAIN:
        return content
    if kind == SNAPPY:
        return decompress(content)
    raise ValueError(f"the block at byte {handle.offset} has the unknown compression type {kind}")


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The entries of one block in order."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    if len(block) < 4 or end < 0:
        raise ValueError(f"a block of {len(block)} bytes declares {restarts} restart points")
    position, key = 0, b""
    while position < end:
        shared, position = decode_varint(block, position)
        unshared, position = decode_varint(block, position)
        length, position = decode_varint(block, position)
        value = position + unshared
        if shared > len(key) or value + length > end:
            raise ValueError("a table entry runs past its block")
        key = key[:shared] + block[position:value]
        position = value + length
        yield key, block[value:position]
