"""WAV files of arrays: 16-bit PCM.

Format: http://soundfile.sapp.org/doc/WaveFormat/
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

_BYTES = 2


def encode_wav(audio: np.ndarray[Any, Any], sample_rate: int) -> bytes:
    """``audio`` as the bytes of a WAV file.

    A sample ``x`` becomes the integer nearest to ``32768 x``, cut to [-32768, 32767].

    Args:
        audio: Samples in [-1, 1] of shape ``[frames, channels]``.
        sample_rate: Frames a second.

    Raises:
        ValueError: If the shape is another, or the rate or the number of channels does not fit the format.

    Example:

        >>> len(encode_wav(np.zeros([4, 2], np.float32), 8000))
        60
    """
    if audio.ndim != 2 or not 0 < audio.shape[1] < 2**16:
        raise ValueError(f"Audio has shape [frames, 1 to 65535 channels], not {list(audio.shape)}.")
    if not 0 < sample_rate < 2**32:
        raise ValueError(f"A sample rate lies in (0, 2^32), got {sample_rate}.")
    scaled = audio.astype(np.float32) * np.float32(32768)
    rounded = np.where(scaled < 0, np.ceil(scaled - 0.5), np.floor(scaled + 0.5))  # halves away from zero
    data = np.nan_to_num(rounded).clip(-32768, 32767).astype("<i2").tobytes()
    channels = audio.shape[1]
    byte_rate = sample_rate * channels * _BYTES
    if len(data) + 36 >= 2**32 or byte_rate >= 2**32:
        raise ValueError(f"{audio.shape[0]} frames of {channels} channels at {sample_rate} Hz do not fit a WAV file.")
    layout = struct.pack("<HHIIHH", 1, channels, sample_rate, byte_rate, channels * _BYTES, 8 * _BYTES)
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(layout)) + layout + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body
