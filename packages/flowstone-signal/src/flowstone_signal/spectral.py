"""Short-time Fourier transforms: the spectra of the frames of a signal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_signal.frames import frame, overlap_and_add, scalar
from flowstone_signal.ops.fft import REAL_OF, irfft, rfft
from flowstone_signal.sizes import largest, size, widened
from flowstone_signal.windows import hann_window, weights


def _power_of_two(length: Any) -> Any:
    """The smallest power of two that is not less than ``length``."""
    if type(length) is int:
        return 1 << max(0, length - 1).bit_length()
    exponent = tf.math.ceil(tf.math.log(tf.cast(length, dtypes.float32)) / tf.math.log(2.0))
    return tf.cast(tf.pow(2.0, exponent), dtypes.int32)


def stft(
    signals: TensorLike,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Any = hann_window,
    pad_end: bool = False,
    name: str | None = None,
) -> Tensor:
    """The short-time Fourier transform: ``rfft`` of each frame, weighted by a window.

    >>> tf.signal.stft(tf.ones([1000]), frame_length=256, frame_step=128).shape
    TensorShape([6, 129])

    Args:
        signals: ``[..., samples]``, float32 or float64.
        frame_length: The samples in a frame.
        frame_step: The samples from the start of a frame to that of the next.
        fft_length: The length of the transform; the power of two that holds a frame if None.
        window_fn: Called as ``window_fn(frame_length, dtype=dtype)``; None weighs all samples alike.
        pad_end: Whether frames may reach behind the signal's end, where it is 0.
        name: A name for the op in a graph.

    Returns:
        ``[..., frames, fft_length // 2 + 1]``, complex.

    Raises:
        ValueError: The signal is a scalar.
    """
    x = tf.convert_to_tensor(signals)
    x.shape.with_rank_at_least(1)
    length, step = scalar(frame_length, "frame_length"), scalar(frame_step, "frame_step")
    transform = _power_of_two(length) if fft_length is None else scalar(fft_length, "fft_length")
    cut = frame(x, length, step, pad_end=pad_end)
    window = weights(window_fn, length, x.dtype)
    return rfft(cut if window is None else cut * window, [transform], name=name)


def inverse_stft_window_fn(
    frame_step: Any, forward_window_fn: Any = hann_window, name: str | None = None
) -> Callable[..., Tensor]:
    """The window for ``tf.signal.inverse_stft`` with which it undoes ``tf.signal.stft`` with another.

    It is ``w[n] / Σ_k w[n + k step]²``, the sum over the whole frame.

    Args:
        frame_step: The samples from the start of a frame to that of the next.
        forward_window_fn: The window that ``stft`` had.
        name: Not used.
    """

    def inverse_stft_window_fn_inner(frame_length: Any, dtype: Any) -> Tensor:
        length, step = scalar(frame_length, "frame_length"), scalar(frame_step, "frame_step")
        forward = forward_window_fn(length, dtype=dtype)
        overlaps = -(-length // step)
        squares = widened(tf.square(forward), {-1: (0, overlaps * step - length)})
        sums = tf.reduce_sum(tf.reshape(squares, [overlaps, step]), 0, keepdims=True)
        return forward / tf.reshape(tf.tile(sums, [overlaps, 1]), [overlaps * step])[:length]

    return inverse_stft_window_fn_inner


def inverse_stft(
    stfts: TensorLike,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Any = hann_window,
    name: str | None = None,
) -> Tensor:
    """A signal of short-time spectra: ``irfft`` of each, weighted by a window, and added up.

    With ``window_fn=tf.signal.inverse_stft_window_fn(frame_step)`` it undoes ``tf.signal.stft``, but for the first and
    the last samples, which too few frames cover.

    Args:
        stfts: ``[..., frames, fft_length // 2 + 1]``, complex.
        frame_length: The samples in a frame.
        frame_step: The samples from the start of a frame to that of the next.
        fft_length: The length of the transform; the power of two that holds a frame if None.
        window_fn: Called as ``window_fn(frame_length, dtype=dtype)``; None weighs all samples alike.
        name: A name for the op in a graph.

    Returns:
        ``[..., samples]``.

    Raises:
        ValueError: There are fewer than two dimensions.
    """
    x = tf.convert_to_tensor(stfts)
    x.shape.with_rank_at_least(2)
    length, step = scalar(frame_length, "frame_length"), scalar(frame_step, "frame_step")
    transform = _power_of_two(length) if fft_length is None else scalar(fft_length, "fft_length")
    cut = irfft(x, [transform])
    cut = cut[..., :length]
    cut = widened(cut, {-1: (0, largest(0, length - size(cut, -1)))})
    window = weights(window_fn, length, REAL_OF.get(x.dtype, cut.dtype))
    return overlap_and_add(cut if window is None else cut * window, step, name=name)
