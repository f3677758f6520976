"""Cases for ``flowstone_core.ops.media``: what was encoded comes out of the standard library's readers again."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from typing import Any

import numpy as np
from flowstone_core.ops import media as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, gathered, number
from flowstone_conformance.samples import sample

CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
"""The number of channels by PNG's colour type."""


def nearest(a: int, b: int, c: int) -> int:
    """Which of the bytes to the left, above, and above to the left is nearest to ``a + b - c``."""
    return min((a, b, c), key=lambda value: abs(a + b - c - value))


def decode_png(data: bytes) -> Array:
    """The pixels of a PNG file, by its specification (https://www.w3.org/TR/png-3/)."""
    at, compressed, header = 8, b"", b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        header = body if kind == b"IHDR" else header
        compressed += body if kind == b"IDAT" else b""
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", header[:10])
    pixel = CHANNELS[colour] * depth // 8
    raw, stride = zlib.decompress(compressed), width * pixel
    above = [0] * stride
    rows: list[int] = []
    for start in range(0, len(raw), stride + 1):
        row: list[int] = []
        for i, byte in enumerate(raw[start + 1 : start + 1 + stride]):
            a, b = row[i - pixel] if i >= pixel else 0, above[i]
            c = above[i - pixel] if i >= pixel else 0
            row.append((byte + (0, a, b, (a + b) // 2, nearest(a, b, c))[raw[start]]) % 256)
        above = row
        rows += row
    values = np.frombuffer(bytes(rows), ">u2" if depth == 16 else "u1")
    return values.astype(values.dtype.newbyteorder("=")).reshape(height, width, CHANNELS[colour])


def images(contents: Array) -> list[Array]:
    """The pixels of each file."""
    return [decode_png(data) for data in contents.reshape(-1).tolist()]


def as_images(image: Array, **attrs: Any) -> list[Array]:
    """Each image of a batch."""
    return list(image.reshape(-1, *image.shape[-3:]))


def frames(contents: Array) -> Array:
    """The 16-bit samples of a WAV file."""
    with wave.open(io.BytesIO(contents.item())) as reader:
        data = np.frombuffer(reader.readframes(reader.getnframes()), "<i2")
        return data.astype(np.int16).reshape(-1, reader.getnchannels())


def as_frames(audio: Array, rate: Array) -> Array:
    """The samples as 16-bit integers, cut to their range."""

    def integer(place: tuple[int, ...]) -> int:
        scaled = 32768 * number(audio[place])
        return max(-32768, min(32767, int(abs(scaled) + 0.5) * (-1 if scaled < 0 else 1)))

    return gathered(audio.shape, np.dtype(np.int16), integer)


CASES = [
    *(
        Case(ops.ENCODE_PNG, (sample(shape, dtype, 0, 255, seed),), as_images, attrs, determined=images)
        for seed, shape in enumerate(((3, 4, 1), (5, 2, 3), (2, 3, 2), (1, 1, 4), (2, 4, 3, 3), (2, 1, 2, 2, 1)))
        for dtype in ("uint8", "uint16")
        for attrs in ({}, {"compression": 9})
        if not attrs or shape == (5, 2, 3)
    ),
    *(
        Case(
            ops.ENCODE_WAV, (sample(shape, "float32", -1.2, 1.2), np.array(8000, "int32")), as_frames, determined=frames
        )
        for shape in ((5, 1), (7, 2), (1, 3))
    ),
]
