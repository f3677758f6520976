from __future__ import annotations

import flowstone_signal as signal
import numpy as np
import pytest
from flowstone_autodiff.check import check_gradients
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from hypothesis import given
from hypothesis import strategies as st

SOUND = np.random.RandomState(1).normal(size=(2, 40))


@given(st.integers(0, 12), st.integers(1, 5), st.integers(1, 5), st.booleans())
def test_frames(samples, length, step, pad_end):
    x = list(range(1, samples + 1))
    starts = range(0, samples if pad_end else samples - length + 1, step)
    expected = [(x[start : start + length] + [0] * length)[:length] for start in starts]
    result = signal.frame(constant(x, "int32", (samples,)), length, step, pad_end)
    assert result.numpy().tolist() == expected


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 7))
def test_frames_add_up(frames, length, step):
    x = np.arange(1, frames * length + 1).reshape(frames, length)
    expected = np.zeros((frames - 1) * step + length, int)
    for number, values in enumerate(x):
        expected[number * step : number * step + length] += values
    assert signal.overlap_and_add(x, step).numpy().tolist() == expected.tolist()


def test_a_spectrogram_and_back():
    spectra = signal.stft(SOUND, 8, 2)
    back = signal.inverse_stft(spectra, 8, 2, window_fn=signal.inverse_stft_window_fn(2))
    np.testing.assert_allclose(back.numpy()[:, 6:-6], SOUND[:, 6:-6], atol=1e-12)


@pytest.mark.parametrize("norm", [None, "ortho"])
@pytest.mark.parametrize("window_fn", [signal.vorbis_window, signal.kaiser_bessel_derived_window, None])
def test_a_lapped_transform_and_back(norm, window_fn):
    lapped = signal.mdct(SOUND, 8, window_fn, norm=norm)
    back = signal.inverse_mdct(lapped, window_fn, norm)
    np.testing.assert_allclose(back.numpy()[:, 4:-4], SOUND[:, 4:-4], atol=1e-12)


@pytest.mark.parametrize("type", [1, 2, 3, 4])
def test_cosine_transforms(type):
    x = SOUND[0, :6]
    back = signal.idct(signal.dct(x, type), type).numpy() / (10 if type == 1 else 12)
    np.testing.assert_allclose(back, x)
    check_gradients(lambda y: signal.dct(y, type), [constant(x)])
    if type > 1:
        ortho = signal.dct(np.eye(5), type, norm="ortho").numpy()
        np.testing.assert_allclose(ortho @ ortho.T, np.eye(5), atol=1e-12)


def test_gradients():
    check_gradients(lambda x: signal.stft(x, 8, 4), [constant(SOUND[:, :16])], order=1)
    check_gradients(lambda x: signal.overlap_and_add(x, 3), [constant(SOUND.reshape(2, 8, 5))], order=1)


def test_kaiser_windows_are_numpys():
    for beta in (0.0, 5.0, 14.0, 200.0):
        np.testing.assert_allclose(signal.kaiser_window(11, beta, "float64").numpy(), np.kaiser(11, beta), rtol=1e-6)


def test_mel_filters_share_what_lies_between_them():
    matrix = signal.linear_to_mel_weight_matrix(10, 257, 16000, 100.0, 7000.0).numpy()
    assert matrix.shape == (257, 10)
    hertz = np.arange(257) * 8000 / 256
    inside = (hertz > 300) & (hertz < 5000)
    np.testing.assert_allclose(matrix[inside].sum(1), 1, atol=1e-4)
    assert not matrix[(hertz < 100) | (hertz > 7000)].any()


def test_errors_say_what_is_wrong():
    with pytest.raises(InvalidArgumentError, match="frame_step"):
        signal.frame(SOUND, 4, 0)
    with pytest.raises(ValueError, match="multiple of 4"):
        signal.mdct(SOUND, 6)
    with pytest.raises(NotImplementedError, match=r"tf\.transpose"):
        signal.dct(SOUND, axis=0)
