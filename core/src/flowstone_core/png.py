"""PNG files of arrays, lossless, on the standard library's zlib.

Format: Portable Network Graphics, https://www.w3.org/TR/png-3/
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
"""PNG's colour type by number of channels: grey, grey and alpha, RGB, RGBA."""


def encode_png(image: np.ndarray[Any, Any], compression: int = -1) -> bytes:
    """``image`` as the bytes of a PNG file.

    Args:
        image: Pixels of shape ``[height, width, channels]``, ``uint8`` or ``uint16``, 1 to 4 channels.
        compression: zlib's level, 0 to 9, or -1 for its default.

    Raises:
        ValueError: If the shape or type is another, or the image is empty.

    Example:

        >>> encode_png(np.zeros([2, 3, 1], np.uint8))[:8]
        b'\\x89PNG\\r\\n\\x1a\\n'
    """
    if image.ndim != 3 or image.shape[2] not in COLOUR_TYPES:
        raise ValueError(f"An image has shape [height, width, 1 to 4 channels], not {list(image.shape)}.")
    if image.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"An image has elements of type uint8 or uint16, not {image.dtype}.")
    if not image.size:
        raise ValueError(f"An image of shape {list(image.shape)} has no pixels.")
    height, width, channels = image.shape
    depth = image.dtype.itemsize
    rows = np.ascontiguousarray(image, dtype=image.dtype.newbyteorder(">")).view(np.uint8).reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8 * depth, COLOUR_TYPES[channels], 0, 0, 0)
    data = zlib.compress(_filtered(rows, channels * depth).tobytes(), compression)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _filtered(rows: np.ndarray[Any, Any], pixel: int) -> np.ndarray[Any, Any]:
    """Each row as the differences that compress best, behind the number of the filter that made them.

    A filter subtracts a prediction, modulo 256, from each byte: 0 nothing, 1 the byte ``a`` of the pixel to the
    left, 2 the byte ``b`` above, 3 their mean, 4 whichever of ``a``, ``b`` and the byte ``c`` above ``a`` is nearest
    to ``a + b - c``. The choice for a row is the filter with the smallest sum of absolute (signed) differences.
    """
    x = rows.astype(np.int16)
    a, b, c = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    a[:, pixel:] = x[:, :-pixel]
    b[1:] = x[:-1]
    c[1:, pixel:] = x[:-1, :-pixel]
    to_a, to_b, to_c = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    nearest = np.where((to_a <= to_b) & (to_a <= to_c), a, np.where(to_b <= to_c, b, c))
    candidates = np.stack([x, x - a, x - b, x - (a + b) // 2, x - nearest]).astype(np.uint8)
    cost = np.abs(candidates.view(np.int8).astype(np.int16)).sum(axis=2, dtype=np.int64)
    best = cost.argmin(axis=0)
    chosen = candidates[best, np.arange(len(rows))]
    return np.concatenate([best[:, None].astype(np.uint8), chosen], axis=1)
