"""Cosine transforms, and the lapped transform that is made of them.

Formulas: https://en.wikipedia.org/wiki/Discrete_cosine_transform and Modified_discrete_cosine_transform.
"""

from __future__ import annotations

import math
from typing import Any

from flowstone_core.api import tf
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_signal.frames import frame, overlap_and_add, scalar
from flowstone_signal.ops.fft import COMPLEX_OF, fft, irfft, rfft
from flowstone_signal.sizes import number, size, widened
from flowstone_signal.windows import vorbis_window, weights

_INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}


def _check(type: Any, n: Any, axis: int, norm: str | None) -> None:
    if axis != -1:
        raise NotImplementedError(f"axis must be -1. Got: {axis}. Move the dimension to the end with tf.transpose.")
    if n is not None and n < 1:
        raise ValueError(f"n should be a positive integer or None, got {n}.")
    if not any(bool(type == each) for each in _INVERSE):
        raise ValueError(f"Types 1, 2, 3 and 4 of the cosine transform are supported, got {type}.")
    if norm not in (None, "ortho"):
        raise ValueError(f"Unknown normalization. Expected None or 'ortho', got: {norm}")
    if type == 1 and norm == "ortho":
        raise ValueError("Normalization is not supported for the cosine transform of type 1.")


def _turns(place: Tensor, steps: Any, dtype: Any) -> Tensor:
    """``exp(-iπ place / steps)``."""
    angle = place * (-math.pi / tf.cast(steps, place.dtype))
    return tf.complex(tf.cos(angle), tf.sin(angle))


def dct(
    input: TensorLike, type: int = 2, n: Any = None, axis: int = -1, norm: str | None = None, name: str | None = None
) -> Tensor:
    """The discrete cosine transform over the last dimension.

    Of ``N`` numbers, type 2 is ``y[k] = 2 Σ x[n] cos(πk(2n+1) / 2N)``, type 3 ``x[0] + 2 Σ x[n] cos(πn(2k+1) / 2N)``,
    type 4 ``2 Σ x[n] cos(π(2n+1)(2k+1) / 4N)``, and type 1 ``x[0] + (-1)ᵏ x[N-1] + 2 Σ x[n] cos(πkn / (N-1))``.

    >>> tf.signal.dct([1., 2., 3.]).numpy().round(2) + 0
    array([12.  , -3.46,  0.  ], dtype=float32)

    Args:
        input: ``[..., samples]``, float32 or float64.
        type: 1 to 4.
        n: The length, to which the input is cut or continued with zeros; its own if None.
        axis: -1.
        norm: ``"ortho"`` scales types 2 to 4 so that they are orthogonal.
        name: A name for the op in a graph.

    Raises:
        ValueError: An argument has another value.
        NotImplementedError: ``axis`` is not -1.
    """
    _check(type, n, axis, norm)
    x = tf.convert_to_tensor(input)
    if x.dtype not in COMPLEX_OF:
        raise TypeError(f"The cosine transform takes float32 or float64, got {x.dtype.name}. Convert with tf.cast.")
    if n is not None:
        x = x[..., : number(n)]
        x = widened(x, {-1: (0, number(n) - size(x, -1))})
    transform = {1: _type_1, 2: _type_2, 3: _type_3, 4: _type_4}[type]
    return tf.identity(transform(x, size(x, -1), norm), name=name)


def idct(
    input: TensorLike, type: int = 2, n: Any = None, axis: int = -1, norm: str | None = None, name: str | None = None
) -> Tensor:
    """The inverse of ``tf.signal.dct`` with ``norm="ortho"``; without, it is ``2N`` times the inverse (for type 1 ``2(N-1)``).

    Arguments as ``tf.signal.dct``.
    """
    return dct(input, type=_INVERSE.get(type, type), n=n, axis=axis, norm=norm, name=name)


def _type_1(x: Tensor, count: Any, norm: str | None) -> Tensor:
    return tf.math.real(rfft(tf.concat([x, tf.reverse(x[..., 1:-1], [-1])], -1)))


def _scaled(x: Tensor, count: Any, first: float) -> Tensor:
    """``x`` over ``√2N``, its first entry times ``first`` besides."""
    real = tf.cast(count, x.dtype)
    start = tf.equal(tf.range(count), 0)
    return x * (tf.where(start, tf.constant(first, x.dtype), tf.ones([], x.dtype)) * tf.math.rsqrt(2 * real))


def _type_2(x: Tensor, count: Any, norm: str | None) -> Tensor:
    turned = rfft(x, [2 * count])[..., :count] * _turns(tf.cast(tf.range(count), x.dtype), 2 * count, x.dtype)
    y = 2 * tf.math.real(turned)
    return _scaled(y, count, math.sqrt(0.5)) if norm == "ortho" else y


def _type_3(x: Tensor, count: Any, norm: str | None) -> Tensor:
    if norm == "ortho":
        x = _scaled(x, count, math.sqrt(2.0))
    back = tf.math.conj(_turns(tf.cast(tf.range(count), x.dtype), 2 * count, x.dtype))
    spectrum = widened(tf.complex(x, tf.zeros_like(x)) * back, {-1: (0, 1)})
    return irfft(spectrum, [2 * count])[..., :count] * tf.cast(2 * count, x.dtype)


def _type_4(x: Tensor, count: Any, norm: str | None) -> Tensor:
    place = tf.cast(tf.range(count), x.dtype)
    turned = tf.complex(x, tf.zeros_like(x)) * _turns(place, 2 * count, x.dtype)
    spectrum = fft(widened(turned, {-1: (0, count)}))[..., :count]
    y = 2 * tf.math.real(spectrum * _turns(2 * place + 1, 4 * count, x.dtype))
    return y * tf.math.rsqrt(2 * tf.cast(count, x.dtype)) if norm == "ortho" else y


# -- lapped ----------------------------------------------------------------------------------------------------------


def mdct(
    signals: TensorLike,
    frame_length: Any,
    window_fn: Any = vorbis_window,
    pad_end: bool = False,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The modified cosine transform: frames that overlap by half give half as many numbers as they have samples.

    A frame of quarters ``(a, b, c, d)``, ``b`` and ``c`` mirrored as ``b'`` and so on, has the cosine transform of type
    4 of ``(-c' - d, a - b')``.

    Args:
        signals: ``[..., samples]``, float32 or float64.
        frame_length: The samples in a frame, a multiple of 4.
        window_fn: Called as ``window_fn(frame_length, dtype=dtype)``; its squares, half a frame apart, must add up to
            1. None weighs all samples by ``√½``.
        pad_end: Whether frames may reach behind the signal's end, where it is 0.
        norm: As for ``tf.signal.dct``.
        name: A name for the op in a graph.

    Returns:
        ``[..., frames, frame_length // 2]``.

    Raises:
        ValueError: ``frame_length`` is not a multiple of 4.
    """
    x = tf.convert_to_tensor(signals)
    x.shape.with_rank_at_least(1)
    length = scalar(frame_length, "frame_length")
    if type(length) is int and length % 4:
        raise ValueError(f"The frame length must be a multiple of 4, got {length}.")
    cut = frame(x, length, length // 2, pad_end=pad_end)
    window = weights(window_fn, length, x.dtype)
    cut = cut * (tf.constant(math.sqrt(0.5), x.dtype) if window is None else window)
    a, b, c, d = tf.split(cut, 4, -1)
    folded = tf.concat([-tf.reverse(c, [-1]) - d, a - tf.reverse(b, [-1])], -1)
    return dct(folded, type=4, norm=norm, name=name)


def inverse_mdct(
    mdcts: TensorLike, window_fn: Any = vorbis_window, norm: str | None = None, name: str | None = None
) -> Tensor:
    """The inverse of ``tf.signal.mdct`` with the same window and norm, but for the first and the last half frame.

    Args:
        mdcts: ``[..., frames, frame_length // 2]``, float32 or float64.
        window_fn: The window that ``mdct`` had.
        norm: The norm that ``mdct`` had.
        name: A name for the op in a graph.

    Returns:
        ``[..., (frames + 1) * frame_length // 2]``.

    Raises:
        ValueError: There are fewer than two dimensions.
    """
    x = tf.convert_to_tensor(mdcts)
    x.shape.with_rank_at_least(2)
    half = size(x, -1)
    folded = idct(x, type=4, norm=norm)
    if norm is None:
        folded = folded / tf.cast(2 * half, x.dtype)
    first, second = tf.split(folded, 2, -1)
    frames = tf.concat([second, -tf.reverse(second, [-1]), -tf.reverse(first, [-1]), -first], -1)
    window = weights(window_fn, 2 * half, x.dtype)
    frames = frames * (tf.constant(math.sqrt(0.5), x.dtype) if window is None else window)
    return overlap_and_add(frames, half, name=name)
