from __future__ import annotations

import flowstone_signal as signal
import numpy as np
import pytest
from flowstone_autodiff.check import check_gradients
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from hypothesis import given
from hypothesis import strategies as st

RANDOM = np.random.RandomState(0)


def real(*shape):
    return constant(RANDOM.normal(size=shape))


def complexes(*shape):
    return constant(RANDOM.normal(size=shape) + 1j * RANDOM.normal(size=shape))


@pytest.mark.parametrize("name", ["fft", "ifft", "fft2d", "ifft2d", "fft3d", "ifft3d"])
def test_gradients_of_complex_transforms(name):
    check_gradients(getattr(signal, name), [complexes(1, 2, 3)])


@pytest.mark.parametrize("length", [None, 2, 5, 7])
def test_gradients_between_real_and_complex(length):
    lengths = None if length is None else [length]
    check_gradients(lambda x: signal.rfft(x, lengths), [real(2, 5)])
    check_gradients(lambda z: signal.irfft(z, lengths), [complexes(2, 4)])


@pytest.mark.parametrize("lengths", [None, [1, 2, 4], [3, 2, 5]])
def test_gradients_over_three_dimensions(lengths):
    check_gradients(lambda x: signal.rfft3d(x, lengths), [real(1, 2, 4)])
    check_gradients(lambda z: signal.irfft3d(z, lengths), [complexes(1, 2, 3)])


@pytest.mark.parametrize(("lengths", "axes"), [(None, None), ([4, 2], [0, 2]), ([2], [1])])
@pytest.mark.parametrize("norm", [None, "ortho", "forward"])
def test_over_any_dimensions(lengths, axes, norm):
    z, x = complexes(2, 3, 2), real(2, 3, 2)
    for name, value in (("fft", z), ("ifft", z), ("rfft", x)):
        expected = getattr(np.fft, f"{name}n")(value.numpy(), lengths, axes, norm)
        result = getattr(signal, f"{name}nd")(value, lengths, axes, norm)
        np.testing.assert_allclose(result.numpy(), expected, atol=1e-12)
    check_gradients(lambda v: signal.fftnd(v, lengths, axes, norm), [z], order=1)
    check_gradients(lambda v: signal.ifftnd(v, lengths, axes, norm), [z], order=1)
    check_gradients(lambda v: signal.rfftnd(v, lengths, axes, norm), [x], order=1)
    check_gradients(lambda v: signal.irfftnd(v, lengths, axes, norm), [z], order=1)


@given(st.integers(1, 9), st.integers(1, 9))
def test_a_transform_and_back(size, length):
    x = np.arange(float(size))
    kept = np.concatenate([x, np.zeros(max(0, length - size))])[:length]
    np.testing.assert_allclose(signal.irfft(signal.rfft(constant(x), [length]), [length]).numpy(), kept, atol=1e-12)


def test_lengths_of_zero():
    assert signal.rfft(real(2, 4), [0]).shape == (2, 0)
    assert signal.irfft(complexes(2, 4), [0]).shape == (2, 0)
    assert signal.fft(complexes(0)).shape == (0,)


def test_errors_say_what_is_wrong():
    with pytest.raises(InvalidArgumentError, match="rank"):
        signal.fft(constant(1 + 0j))
    with pytest.raises(InvalidArgumentError, match="negative"):
        signal.rfft(real(3), [-1])
    with pytest.raises(ValueError, match="tf.cast"):
        signal.rfft(constant([1, 2]))
    with pytest.raises(ValueError, match="'ortho'"):
        signal.fftnd(complexes(2), norm="x")
    with pytest.raises(InvalidArgumentError, match="twice"):
        signal.fftnd(complexes(2, 2), [2, 2], [1, -1])


def test_shifts():
    x = np.arange(10.0).reshape(2, 5)
    np.testing.assert_array_equal(signal.fftshift(x, 1).numpy(), np.fft.fftshift(x, 1))
    np.testing.assert_array_equal(signal.ifftshift(x).numpy(), np.fft.ifftshift(x))
