"""Records in a file: the framing of TFRecord and of TensorBoard's event files.

A record is its length (8 bytes, little-endian), a masked CRC-32C of those 8 bytes, the data, and a masked
CRC-32C of the data. Masking keeps checksums of data that itself contains checksums from being weak.

Format: https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
"""

from __future__ import annotations

import struct

import google_crc32c

_LENGTH = struct.Struct("<Q")
_CRC = struct.Struct("<I")
_MASK = 0xA282EAD8


def masked_crc32c(data: bytes) -> int:
    """The checksum of ``data``: CRC-32C, rotated right by 15 bits, plus a constant, modulo 2³².

    >>> hex(masked_crc32c(b"123456789"))
    '0xc78ab0e5'
    """
    crc = int(google_crc32c.value(data))
    return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF


def frame(data: bytes) -> bytes:
    """``data`` as one record, ready to be appended to a file.

    >>> len(frame(b"abc"))
    19
    """
    length = _LENGTH.pack(len(data))
    return b"".join((length, _CRC.pack(masked_crc32c(length)), data, _CRC.pack(masked_crc32c(data))))
