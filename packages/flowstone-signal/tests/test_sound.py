from __future__ import annotations

import struct

import numpy as np
import pytest
from flowstone_core.errors import InvalidArgumentError
from flowstone_signal.audio import decode_wav, encode_wav
from flowstone_signal.ops.sound import MFCC

GOOD = encode_wav(np.array([[0.5], [-0.25], [0.0]], "float32"), 8000).numpy()


def test_there_and_back():
    audio, rate = decode_wav(GOOD)
    assert audio.numpy().tolist() == [[0.5], [-0.25], [0.0]]
    assert int(rate) == 8000


@pytest.mark.parametrize("cut", range(0, len(GOOD), 3))
def test_a_file_that_ends_early_is_an_error(cut):
    with pytest.raises(InvalidArgumentError, match="DecodeWav"):
        decode_wav(GOOD[:cut])


@pytest.mark.parametrize(("at", "value", "says"), [(20, 3, "16-bit PCM"), (34, 8, "16-bit PCM"), (22, 0, "do not fit")])
def test_other_formats(at, value, says):
    with pytest.raises(InvalidArgumentError, match=says):
        decode_wav(GOOD[:at] + struct.pack("<H", value) + GOOD[at + 2 :])


def test_mfcc():
    """TensorFlow's own numbers."""
    ones = np.ones((1, 2, 129), "float32")
    values = MFCC(ones, 8000).numpy()
    np.testing.assert_allclose(values[0, 0, :4], [8.778632, -3.4003305, -0.08292954, -0.44779718], rtol=1e-5)
    few = MFCC(ones, 8000, filterbank_channel_count=3, dct_coefficient_count=3).numpy()
    np.testing.assert_allclose(few[0, 1], [8.1710329, -0.66461015, -7.7022985e-04], rtol=1e-4)
    assert not MFCC(ones, 8000, upper_frequency_limit=5000.0).numpy().any()


def test_mfcc_errors():
    ones = np.ones((1, 2, 129), "float32")
    for more in ({"dct_coefficient_count": 50}, {"upper_frequency_limit": 10.0}):
        with pytest.raises(InvalidArgumentError, match="Mfcc"):
            MFCC(ones, 8000, **more)
