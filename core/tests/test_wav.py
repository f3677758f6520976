from __future__ import annotations

import io
import wave

import numpy as np
import pytest
from flowstone_core.wav import encode_wav


def test_the_standard_library_reads_it() -> None:
    audio = np.array([[-1.2, 1.2], [-1.0, 1.0], [0.0, 0.5], [1 / 65536, -1 / 65536]], np.float32)
    with wave.open(io.BytesIO(encode_wav(audio, 8000))) as reader:
        assert reader.getparams()[:4] == (2, 2, 8000, 4)
        samples = np.frombuffer(reader.readframes(4), "<i2").reshape(4, 2)
    np.testing.assert_array_equal(samples, [[-32768, 32767], [-32768, 32767], [0, 16384], [1, -1]])


def test_no_frames() -> None:
    with wave.open(io.BytesIO(encode_wav(np.zeros([0, 1], np.float32), 44100))) as reader:
        assert reader.getnframes() == 0


@pytest.mark.parametrize(("shape", "rate"), [((3,), 8000), ((3, 0), 8000), ((3, 1), 0), ((3, 1), 2**32)])
def test_what_is_no_audio(shape: tuple[int, ...], rate: int) -> None:
    with pytest.raises(ValueError, match=r"Audio has shape|sample rate"):
        encode_wav(np.zeros(shape, np.float32), rate)
