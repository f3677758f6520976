"""Gradients of ``flowstone_signal.ops.fft``: a transform's gradient is its adjoint, the other one without its scale.

A spectrum of which half is kept is the sum of what is there and its mirror image: entries that are their own mirror
image (the first and, for even lengths, the last) count once, the others twice.
"""

from __future__ import annotations

from typing import Any

from flowstone_autodiff import Call, gradient
from flowstone_core.api import tf
from flowstone_core.dtypes import DType
from flowstone_core.op import Op
from flowstone_core.tensor import Tensor

from flowstone_signal.ops import fft as ops

_ADJOINT: dict[Op, tuple[Op, int]] = {
    ops.FFT: (ops.IFFT, 1),
    ops.FFT_2D: (ops.IFFT_2D, 2),
    ops.FFT_3D: (ops.IFFT_3D, 3),
    ops.IFFT: (ops.FFT, 1),
    ops.IFFT_2D: (ops.FFT_2D, 2),
    ops.IFFT_3D: (ops.FFT_3D, 3),
    ops.RFFT: (ops.IRFFT, 1),
    ops.RFFT_2D: (ops.IRFFT_2D, 2),
    ops.RFFT_3D: (ops.IRFFT_3D, 3),
    ops.IRFFT: (ops.RFFT, 1),
    ops.IRFFT_2D: (ops.RFFT_2D, 2),
    ops.IRFFT_3D: (ops.RFFT_3D, 3),
}


def _count(lengths: Tensor, dtype: DType) -> Tensor:
    return tf.cast(tf.reduce_prod(lengths), dtype)


def _fitted(x: Tensor, shape: Tensor) -> Tensor:
    """``x`` cut to a shape, or with zeros at the ends."""
    missing = tf.maximum(shape - tf.shape(x), 0)
    return tf.slice(tf.pad(x, tf.stack([tf.zeros_like(missing), missing], 1)), tf.zeros_like(shape), shape)


def _mirrored(size: Tensor, length: Tensor, dtype: DType) -> Tensor:
    """2 for entries of half a spectrum that have a mirror image, 1 for the others."""
    place = tf.range(size)
    alone = tf.logical_or(tf.equal(place, 0), tf.equal(2 * place, length))
    return tf.cast(tf.where(alone, 1, 2), dtype)


@gradient(ops.FFT, ops.FFT_2D, ops.FFT_3D)
def transform(call: Call, dy: Tensor) -> Tensor:
    """The inverse, times the number of entries."""
    op, rank = _ADJOINT[call.op]
    return op(dy) * _count(tf.shape(dy)[-rank:], dy.dtype)


@gradient(ops.IFFT, ops.IFFT_2D, ops.IFFT_3D)
def inverse(call: Call, dy: Tensor) -> Tensor:
    """The transform, over the number of entries."""
    op, rank = _ADJOINT[call.op]
    return op(dy) / _count(tf.shape(dy)[-rank:], dy.dtype)


@gradient(ops.RFFT, ops.RFFT_2D, ops.RFFT_3D)
def real_transform(call: Call, dy: Tensor) -> tuple[Any, None]:
    """The inverse of the spectrum that ``dy`` is half of, times the number of entries."""
    x, lengths = call.inputs
    op, _ = _ADJOINT[call.op]
    halves = dy / _mirrored(tf.shape(dy)[-1], lengths[-1], dy.dtype)
    return _fitted(op(halves, lengths, Treal=x.dtype) * _count(lengths, x.dtype), tf.shape(x)), None


@gradient(ops.IRFFT, ops.IRFFT_2D, ops.IRFFT_3D)
def real_inverse(call: Call, dy: Tensor) -> tuple[Any, None]:
    """Half of the transform, with what stands for two entries twice, over the number of entries."""
    x, lengths = call.inputs
    op, _ = _ADJOINT[call.op]
    spectrum = op(dy, lengths, Tcomplex=x.dtype)
    twice = _mirrored(tf.shape(spectrum)[-1], lengths[-1], x.dtype)
    return _fitted(spectrum * twice / _count(lengths, x.dtype), tf.shape(x)), None


# -- over any dimensions ---------------------------------------------------------------------------------------------


def _along(weights: Tensor, x: Tensor, axis: Tensor) -> Tensor:
    """A vector in the shape that broadcasts along one dimension of ``x``."""
    places = tf.range(tf.rank(x))
    return tf.reshape(weights, tf.where(tf.equal(places, tf.math.floormod(axis, tf.rank(x))), -1, 1))


def _own_lengths(x: Tensor, axes: Tensor) -> Tensor:
    return tf.gather(tf.shape(x), tf.math.floormod(axes, tf.rank(x)))


@gradient(ops.FFT_ND)
def transform_nd(call: Call, dy: Tensor) -> tuple[Any, None, None]:
    """The inverse, times the number of entries, cut or widened as the input was."""
    x, lengths, axes = call.inputs
    back = ops.IFFT_ND(dy, lengths, axes) * _count(lengths, dy.dtype)
    return _fitted(back, tf.shape(x)), None, None


@gradient(ops.IFFT_ND)
def inverse_nd(call: Call, dy: Tensor) -> tuple[Any, None, None]:
    """The transform, over the number of entries, cut or widened as the input was."""
    x, lengths, axes = call.inputs
    return _fitted(ops.FFT_ND(dy, lengths, axes) / _count(lengths, dy.dtype), tf.shape(x)), None, None


@gradient(ops.RFFT_ND)
def real_transform_nd(call: Call, dy: Tensor) -> tuple[Any, None, None]:
    """As of ``rfft``, over any dimensions."""
    x, lengths, axes = call.inputs
    weights = _mirrored(_own_lengths(dy, axes)[-1], lengths[-1], dy.dtype)
    back = ops.IRFFT_ND(dy / _along(weights, dy, axes[-1]), lengths, axes, Treal=x.dtype)
    return _fitted(back * _count(lengths, x.dtype), tf.shape(x)), None, None


@gradient(ops.IRFFT_ND)
def real_inverse_nd(call: Call, dy: Tensor) -> tuple[Any, None, None]:
    """As of ``irfft``, over any dimensions."""
    x, lengths, axes = call.inputs
    spectrum = ops.RFFT_ND(dy, lengths, axes, Tcomplex=x.dtype)
    twice = _along(_mirrored(_own_lengths(spectrum, axes)[-1], lengths[-1], x.dtype), spectrum, axes[-1])
    return _fitted(spectrum * twice / _count(lengths, x.dtype), tf.shape(x)), None, None
