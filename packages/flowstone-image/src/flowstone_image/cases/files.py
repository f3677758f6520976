"""Cases for ``flowstone_image.ops.files``: small files written here, byte by byte, and what they hold."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array
from flowstone_conformance.samples import sample
from flowstone_core import dtypes

from flowstone_image.ops import files as ops


def contents(data: bytes) -> Array:
    """A file as a scalar."""
    array = np.empty((), object)
    array[()] = data
    return array


def png(pixels: Array) -> Array:
    """A PNG file without filters."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    height, width, channels = pixels.shape
    deep = pixels.dtype.itemsize
    header = struct.pack(">IIBBBBB", width, height, 8 * deep, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(f">u{deep}").tobytes() for row in pixels)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return contents(b"\x89PNG\r\n\x1a\n" + body)


def bmp(pixels: Array) -> Array:
    """A BMP file of 24 bits: blue, green, red, from the last row up, each padded to four bytes."""
    height, width, _ = pixels.shape
    pad = bytes(-3 * width % 4)
    rows = b"".join(row[:, ::-1].tobytes() + pad for row in pixels[::-1])
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(rows), 0, 0, 0, 0)
    return contents(b"BM" + struct.pack("<IHHI", 14 + len(header) + len(rows), 0, 0, 14 + len(header)) + header + rows)


def images(*channels: int, dtype: str = "uint8") -> list[Array]:
    """Images of so many channels."""
    return [sample((3, 5, count), dtype, 0, 255 if dtype == "uint8" else 65535, seed=count) for count in channels]


def holds(pixels: Array) -> Any:
    """The reference: what was written."""
    return lambda contents, **attrs: pixels


CASES = [
    *(Case(ops.DECODE_PNG, (png(pixels),), holds(pixels), note=str(pixels.shape)) for pixels in images(1, 2, 3, 4)),
    *(
        Case(ops.DECODE_PNG, (png(pixels),), holds(pixels), {"dtype": dtypes.uint16}, note="deep")
        for pixels in images(1, dtype="uint16")
    ),
    *(
        Case(ops.DECODE_PNG, (png(pixels),), holds(np.repeat(pixels, 3, 2)), {"channels": 3}, note="grey")
        for pixels in images(1)
    ),
    *(Case(ops.DECODE_BMP, (bmp(pixels),), holds(pixels)) for pixels in images(3)),
    *(
        Case(ops.DECODE_IMAGE, (write(pixels),), holds(pixels), note=write.__name__)
        for write in (png, bmp)
        for pixels in images(3)
    ),
    *(
        Case(
            ops.DECODE_IMAGE,
            (png(pixels),),
            holds((pixels / np.float32(255)).astype("float32")),
            {"dtype": dtypes.float32},
            note="floats",
        )
        for pixels in images(3)
    ),
]
