"""Records in a file: the framing of TFRecord and of TensorBoard's event files.

A record is its length (8 bytes, little-endian), a masked CRC-32C of those 8 bytes, the data, and a masked
CRC-32C of the data. Masking keeps checksums of data that itself contains checksums from being weak.

Format: https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

import google_crc32c

_LENGTH = struct.Struct("<Q")
_CRC = struct.Struct("<I")
_MASK = 0xA282EAD8


def mask_crc32c(crc: int) -> int:
    """The form of a CRC-32C that is stored: rotated right by 15 bits, plus a constant, modulo 2³².

    >>> hex(mask_crc32c(0xE3069283))
    '0xc78ab0e5'
    """
    return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF


def masked_crc32c(data: bytes) -> int:
    """The checksum of ``data``: its CRC-32C, masked.

    >>> hex(masked_crc32c(b"123456789"))
    '0xc78ab0e5'
    """
    return mask_crc32c(int(google_crc32c.value(data)))


def frame(data: bytes) -> bytes:
    """``data`` as one record, ready to be appended to a file.

    >>> len(frame(b"abc"))
    19
    """
    length = _LENGTH.pack(len(data))
    return b"".join((length, _CRC.pack(masked_crc32c(length)), data, _CRC.pack(masked_crc32c(data))))


class CorruptRecordError(ValueError):
    """A file of records is truncated or damaged; records before the damage were read."""


LARGEST_READ = 1 << 24
"""How much is read at once: a damaged length must not take memory that the file does not have."""


def read_records(file: BinaryIO) -> Iterator[bytes]:
    """The records of an open file, each checked against its checksums.

    Raises:
        CorruptRecordError: If the file ends inside a record, or a checksum does not fit.
    """
    offset = 0
    while header := file.read(12):
        if len(header) < 12:
            raise CorruptRecordError(f"truncated record at {offset}: the file ends inside a length")
        if _CRC.unpack_from(header, 8)[0] != masked_crc32c(header[:8]):
            raise CorruptRecordError(f"corrupted record at {offset}: the length's checksum does not fit")
        (length,) = _LENGTH.unpack_from(header)
        body = _read_exactly(file, length + 4)
        if len(body) < length + 4:
            raise CorruptRecordError(f"truncated record at {offset}: it should have {length} bytes")
        data = body[:length]
        if _CRC.unpack_from(body, length)[0] != masked_crc32c(data):
            raise CorruptRecordError(f"corrupted record at {offset}: the data's checksum does not fit")
        offset += 16 + length
        yield data


def _read_exactly(file: BinaryIO, size: int) -> bytes:
    """``size`` bytes, or fewer at the end of the file; memory grows only with what is there."""
    if size <= LARGEST_READ:
        return file.read(size)
    parts = []
    while size > 0 and (part := file.read(min(size, LARGEST_READ))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
