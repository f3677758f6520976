"""Cases for ``flowstone_signal.ops.sound``."""

from __future__ import annotations

import cmath
import math
import struct
from typing import Any

import numpy as np
from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, number, store
from flowstone_conformance.samples import sample

from flowstone_signal.ops import sound as ops

SAMPLES = (0, 1, -1, 32767, -32768, 12345)


def wav(channels: int, rate: int = 8000, before: bytes = b"") -> Array:
    """The contents of a file that holds ``SAMPLES``, with another part before the data."""
    layout = struct.pack("<HHIIHH", 1, channels, rate, 2 * rate * channels, 2 * channels, 16)
    data = struct.pack(f"<{len(SAMPLES)}h", *SAMPLES)
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(layout)) + layout + before
    body += b"data" + struct.pack("<I", len(data)) + data
    contents = np.empty((), object)
    contents[()] = b"RIFF" + struct.pack("<I", len(body)) + body
    return contents


def decoded(channels: int) -> Any:
    """The reference for a file of so many channels."""

    def reference(contents: Array, desired_channels: int = -1, desired_samples: int = -1) -> tuple[Array, Array]:
        frames = [SAMPLES[at : at + channels] for at in range(0, len(SAMPLES), channels)]
        count = len(frames) if desired_samples == -1 else desired_samples
        wide = channels if desired_channels == -1 else desired_channels
        values = [
            frames[at][min(c, channels - 1)] / 32768 if at < len(frames) else 0.0
            for at in range(count)
            for c in range(wide)
        ]
        return store(values, np.dtype(np.float32)).reshape(count, wide), np.array(8000, "int32")

    return reference


def spectrogram(x: Array, window_size: int, stride: int, magnitude_squared: bool = False) -> Array:
    """One entry of one spectrum at a time."""
    size = 2 ** math.ceil(math.log2(window_size))
    starts = range(0, len(x) - window_size + 1, stride)
    window = [0.5 - 0.5 * math.cos(2 * math.pi * n / window_size) for n in range(window_size)]
    values = []
    for channel in range(x.shape[1]):
        for start in starts:
            frame = [window[n] * number(x[start + n, channel]) for n in range(window_size)]
            for k in range(size // 2 + 1):
                value = abs(sum(v * cmath.exp(-2j * math.pi * k * n / size) for n, v in enumerate(frame)))
                values.append(value**2 if magnitude_squared else value)
    return store(values, np.dtype(np.float32)).reshape(x.shape[1], len(starts), size // 2 + 1)


CASES = [
    *(
        Case(ops.DECODE_WAV, (wav(channels, before=before),), decoded(channels), attrs, note=f"{channels} channels")
        for channels in (1, 2, 3)
        for before in (b"", b"LIST\x04\x00\x00\x00abcd")
        for attrs in (
            {},
            {"desired_channels": 1},
            {"desired_channels": 4},
            {"desired_samples": 1},
            {"desired_samples": 9},
        )
    ),
    *(
        Case(ops.AUDIO_SPECTROGRAM, (sample((20, channels), "float32"),), spectrogram, attrs, tolerance=8)
        for channels in (1, 2)
        for attrs in (
            {"window_size": 8, "stride": 4},
            {"window_size": 6, "stride": 5, "magnitude_squared": True},
            {"window_size": 30, "stride": 1},
        )
    ),
]
