"""Masked CRC-32C, the checksum of TensorFlow's tables, bundles and records.

A checksum that is stored beside the data it covers is masked (rotated and offset), so that the checksum
of bytes that hold checksums stays meaningful. See LevelDB's ``util/crc32c.h``.
"""

from __future__ import annotations

import google_crc32c
import numpy as np
from numpy.typing import NDArray

_OFFSET = 0xA282EAD8
_WORD = 0xFFFFFFFF

Buffer = bytes | NDArray[np.uint8]


def extend(crc: int, data: Buffer) -> int:
    """The CRC-32C of everything that *crc* covers, followed by *data*.

    >>> extend(extend(0, b"flow"), b"stone") == extend(0, b"flowstone")
    True
    """
    return int(google_crc32c.extend(crc, data))


def mask(crc: int) -> int:
    """The form of *crc* that is stored in files.

    >>> unmask(mask(0x12345678)) == 0x12345678
    True
    """
    return (((crc >> 15) | (crc << 17)) + _OFFSET) & _WORD


def unmask(masked: int) -> int:
    """The inverse of :func:`mask`."""
    rotated = (masked - _OFFSET) & _WORD
    return ((rotated >> 17) | (rotated << 15)) & _WORD


def masked_crc(data: Buffer) -> int:
    """``mask`` of the CRC-32C of *data*."""
    return mask(extend(0, data))
