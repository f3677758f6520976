"""How a bundle stores a string tensor: all lengths, their checksum, then all bytes.

::

    [varint length of element 0] ... [varint length of element n - 1]
    [masked CRC-32C of the lengths, each taken as 4 bytes, or 8 if it needs them]
    [bytes of element 0] ... [bytes of element n - 1]

The entry's own checksum covers the lengths as words, the first checksum's four bytes, and the elements.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flowstone_protos.records import mask_crc32c
from numpy.typing import NDArray

from flowstone_savedmodel.checkpoint.crc import extend
from flowstone_savedmodel.checkpoint.varint import decode_varint, encode_varint


def _length_word(length: int) -> bytes:
    """What the checksum sees of one length."""
    return length.to_bytes(4 if length < 1 << 32 else 8, "little")


def encode_strings(elements: Sequence[bytes]) -> tuple[bytes, int]:
    """The stored form of *elements* and its masked checksum."""
    crc = extend(0, b"".join(_length_word(len(element)) for element in elements))
    checksum = mask_crc32c(crc).to_bytes(4, "little")
    content = b"".join(elements)
    stored = b"".join(encode_varint(len(element)) for element in elements) + checksum + content
    return stored, mask_crc32c(extend(extend(crc, checksum), content))


def decode_strings(data: bytes, count: int) -> tuple[NDArray[np.object_], int]:
    """The *count* elements stored in *data*, and the masked checksum of the whole.

    Raises:
        ValueError: If the lengths do not fit the data or their checksum is wrong.
    """
    if count > len(data):
        raise ValueError(f"{count} strings cannot be stored in {len(data)} bytes")
    lengths, position = [], 0
    for _ in range(count):
        length, position = decode_varint(data, position)
        lengths.append(length)
    crc = extend(0, b"".join(map(_length_word, lengths)))
    checksum = data[position : position + 4]
    if checksum != mask_crc32c(crc).to_bytes(4, "little"):
        raise ValueError("the checksum of the string lengths does not match")
    position += 4
    if position + sum(lengths) != len(data):
        raise ValueError(f"strings of {sum(lengths)} bytes do not fill the {len(data) - position} bytes stored")
    total = mask_crc32c(extend(extend(crc, checksum), data[position:]))
    elements = np.empty(count, np.object_)
    for index, length in enumerate(lengths):
        elements[index] = data[position : position + length]
        position += length
    return elements, total
