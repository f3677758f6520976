"""Windows: weights of the samples of a frame."""

from __future__ import annotations

import math
from typing import Any

from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.errors import SpecError
from flowstone_core.interpreter import user_error
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_signal.sizes import number

_CIRCLE = 512
"""Points of the circle over which a Bessel function is a mean; the error falls faster than exponentially in them."""


def _checked(window_length: Any, dtype: Any) -> tuple[Any, DType]:
    dtype = as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Found {dtype!r}.")
    length = tf.convert_to_tensor(window_length, dtypes.int32)
    if length.shape.rank not in (None, 0):
        raise ValueError(f"window_length must be a scalar (rank 0), got shape {length.shape}.")
    length = number(length)
    if type(length) is int and length < 0:
        raise user_error(SpecError(f"window_length must not be negative, got {length}."))
    return length, dtype


def _raised_cosine(window_length: Any, periodic: Any, dtype: Any, middle: float, swing: float) -> Tensor:
    length, dtype = _checked(window_length, dtype)
    if type(length) is int and length == 1:
        return tf.ones([1], dtype)
    round_trip = tf.cast(periodic, dtypes.int32) * (1 - length % 2) + length - 1
    place = tf.cast(tf.range(length), dtype)
    return middle - swing * tf.cos(2 * math.pi * place / tf.cast(round_trip, dtype))


def hann_window(
    window_length: Any, periodic: Any = True, dtype: Any = dtypes.float32, name: str | None = None
) -> Tensor:
    """The Hann window ``1/2 - 1/2 cos(2πn / N)``.

    >>> tf.signal.hann_window(4).numpy()
    array([0. , 0.5, 1. , 0.5], dtype=float32)

    Args:
        window_length: The number of samples.
        periodic: Whether ``N`` is the length, for spectra; otherwise, and for odd lengths, one less: symmetric.
        dtype: A floating point type.
        name: A name for the op in a graph.

    Raises:
        ValueError: ``dtype`` is not a floating point type.
    """
    return _raised_cosine(window_length, periodic, dtype, 0.5, 0.5)


def hamming_window(
    window_length: Any, periodic: Any = True, dtype: Any = dtypes.float32, name: str | None = None
) -> Tensor:
    """The Hamming window ``0.54 - 0.46 cos(2πn / N)``; arguments as ``tf.signal.hann_window``."""
    return _raised_cosine(window_length, periodic, dtype, 0.54, 0.46)


def _bessel_ratio(x: Tensor, beta: Tensor) -> Tensor:
    """``I₀(x) / I₀(beta)`` for ``|x| <= beta``, by ``I₀(x) = mean of exp(x cos θ)`` over the circle."""
    angle = tf.cast(tf.range(_CIRCLE // 2 + 1), x.dtype) * (2 * math.pi / _CIRCLE)
    twice = tf.concat([[1.0], tf.fill([_CIRCLE // 2 - 1], 2.0), [1.0]], 0)
    cosine, weight = tf.cos(angle), tf.cast(twice, x.dtype)

    def scaled(value: Tensor) -> Tensor:
        return tf.reduce_sum(weight * tf.exp(value[..., None] * cosine - beta), -1)

    return scaled(x) / scaled(beta)


def kaiser_window(window_length: Any, beta: Any = 12.0, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """The Kaiser window ``I₀(β √(1 - (2n/(N-1) - 1)²)) / I₀(β)``, with the modified Bessel function ``I₀``.

    Args:
        window_length: The number of samples ``N``.
        beta: How narrow it is: 0 is a rectangle.
        dtype: A floating point type.
        name: A name for the op in a graph.

    Raises:
        ValueError: ``dtype`` is not a floating point type.
    """
    length, dtype = _checked(window_length, dtype)
    if type(length) is int and length == 1:
        return tf.ones([1], dtype)
    if type(length) is int and length == 0:
        raise user_error(SpecError("A Kaiser window has at least one sample, got 0."))
    wide = dtypes.float64 if dtype is dtypes.float64 else dtypes.float32
    place = 2 * tf.cast(tf.range(length), wide) / tf.cast(length - 1, wide) - 1
    beta = tf.cast(beta, wide)
    return tf.cast(_bessel_ratio(beta * tf.sqrt(tf.maximum(1 - place * place, 0)), beta), dtype)


def kaiser_bessel_derived_window(
    window_length: Any, beta: Any = 12.0, dtype: Any = dtypes.float32, name: str | None = None
) -> Tensor:
    """The window whose squares are running sums of a Kaiser window, up and down: right for ``tf.signal.mdct``.

    Args:
        window_length: The number of samples, even.
        beta: As for ``tf.signal.kaiser_window``.
        dtype: A floating point type.
        name: A name for the op in a graph.

    Raises:
        ValueError: ``dtype`` is not a floating point type.
    """
    length, dtype = _checked(window_length, dtype)
    sums = tf.cumsum(kaiser_window(length // 2 + 1, beta, dtype))
    half = tf.sqrt(sums[:-1] / sums[-1])
    return tf.concat([half, tf.reverse(half, [0])], 0)


def vorbis_window(window_length: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """The window of the Vorbis codec, ``sin(π/2 sin²(π (n + 1/2) / N))``: right for ``tf.signal.mdct``.

    Args:
        window_length: The number of samples ``N``.
        dtype: A floating point type.
        name: A name for the op in a graph.

    Raises:
        ValueError: ``dtype`` is not a floating point type.
    """
    length, dtype = _checked(window_length, dtype)
    place = tf.cast(tf.range(length), dtype) + 0.5
    return tf.sin(math.pi / 2 * tf.square(tf.sin(math.pi / tf.cast(length, dtype) * place)))


def weights(window_fn: Any, length: Any, dtype: DType) -> TensorLike | None:
    """The window that an argument ``window_fn`` gives, or None."""
    return None if window_fn is None else window_fn(length, dtype=dtype)
