"""Kernels that encode images and sound."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import InvalidArgumentError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import media as ops
from flowstone_core.png import encode_png
from flowstone_core.wav import encode_wav

KERNELS = KernelSet()


@KERNELS.add(ops.ENCODE_PNG)
def encode_png_kernel(image: Any, *, compression: int) -> Any:
    """Each image of a batch of any rank as a PNG file."""
    contents = np.empty(image.shape[:-3], dtype=object)
    for index in np.ndindex(contents.shape):
        try:
            contents[index] = encode_png(image[index], compression)
        except ValueError as error:
            raise InvalidArgumentError(None, None, f"EncodePng: {error}") from None
    return contents


@KERNELS.add(ops.ENCODE_WAV)
def encode_wav_kernel(audio: Any, sample_rate: Any) -> Any:
    """One clip as a WAV file."""
    try:
        return np.array(encode_wav(audio, int(sample_rate)), object)
    except ValueError as error:
        raise InvalidArgumentError(None, None, f"EncodeWav: {error}") from None
