"""What the writer and the reader of sorted tables share: the footer, block handles, block trailers.

A table is LevelDB's: data blocks of sorted, prefix-compressed entries, an (empty) metaindex block, an index
block that maps the last key of each data block to the block's handle, and a footer::

    [data block][trailer] ... [metaindex block][trailer] [index block][trailer] [footer]

A trailer is one byte of compression type and four bytes of masked CRC-32C over block and type. See
https://github.com/google/leveldb/blob/main/doc/table_format.md; TensorFlow keeps layout and magic number.
"""

from __future__ import annotations

from typing import NamedTuple

from flowstone_savedmodel.checkpoint.varint import decode_varint, encode_varint

MAGIC = 0xDB4775248B80FB57
TRAILER_SIZE = 5
FOOTER_SIZE = 48
PLAIN, SNAPPY = 0, 1


class Handle(NamedTuple):
    """Where a block lies in the file; the trailer follows and is not counted in ``size``."""

    offset: int
    size: int

    def encode(self) -> bytes:
        """Two varints."""
        return encode_varint(self.offset) + encode_varint(self.size)

    @classmethod
    def decode(cls, data: bytes, position: int = 0) -> tuple[Handle, int]:
        """The handle at *position* of *data*, and the position behind it."""
        offset, position = decode_varint(data, position)
        size, position = decode_varint(data, position)
        return cls(offset, size), position


def encode_footer(metaindex: Handle, index: Handle) -> bytes:
    """The last 48 bytes of a table."""
    handles = metaindex.encode() + index.encode()
    return handles.ljust(FOOTER_SIZE - 8, b"\0") + MAGIC.to_bytes(8, "little")


def decode_footer(data: bytes) -> Handle:
    """The index block's handle, from the whole file's bytes.

    Raises:
        ValueError: If these are not the bytes of a table.
    """
    if len(data) < FOOTER_SIZE:
        raise ValueError(f"the file holds {len(data)} bytes, fewer than a table's footer")
    footer = data[-FOOTER_SIZE:]
    if int.from_bytes(footer[-8:], "little") != MAGIC:
        raise ValueError("the file does not end in a table's magic number (it is no table, or was cut short)")
    _, position = Handle.decode(footer)
    return Handle.decode(footer, position)[0]
