"""Numpy kernels of ``flowstone_core.ops.normalization``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.ops import normalization as ops

KERNELS = KernelSet()


# -- fused batch normalization -------------------------------------------------------------------------------------


def _layout(x: Any, data_format: str) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """The dimensions to average over, the shape that broadcasts a vector of channels, the count of averaged."""
    if x.ndim != len(data_format):
        raise ValueError(f"{data_format} does not fit a tensor of rank {x.ndim}")
    axis = ops.channel_axis(data_format, x.ndim)
    others = tuple(i for i in range(x.ndim) if i != axis)
    spread = tuple(x.shape[i] if i == axis else 1 for i in range(x.ndim))
    count = 1
    for i in others:
        count *= x.shape[i]
    return others, spread, count


def _float32(value: Any) -> Any:
    return value.astype(np.float32, copy=False)


@KERNELS.add(ops.FUSED_BATCH_NORM, ops.FUSED_BATCH_NORM_V2)
def fused_batch_norm(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any,
    variance: Any,
    *,
    epsilon: float,
    exponential_avg_factor: float,
    data_format: str,
    is_training: bool,
) -> Any:
    """Normalize each channel by the batch's moments, or by given ones.

    The second and third outputs are what running averages become; the variance in them is Bessel's estimate.
    The last two are the moments that were used, for the gradient.
    """
    wide = _float32(x)
    others, spread, count = _layout(x, data_format)
    used_mean, used_variance = mean, variance
    running_mean, running_variance = mean, variance
    if is_training:
        used_mean = np.add.reduce(wide, others, np.float32) / np.float32(max(count, 1))
        centered = wide - used_mean.reshape(spread)
        used_variance = np.add.reduce(np.square(centered), others, np.float32) / np.float32(max(count, 1))
        estimate = used_variance * np.float32(count / max(count - 1, 1))
        keep = np.float32(1 - exponential_avg_factor)
        running_mean, running_variance = used_mean, estimate
        if exponential_avg_factor != 1.0:
            running_mean = keep * mean + np.float32(exponential_avg_factor) * used_mean
            running_variance = keep * variance + np.float32(exponential_avg_factor) * estimate
    else:
        centered = wide - _float32(mean).reshape(spread)
    factor = _float32(scale) / np.sqrt(_float32(used_variance) + np.float32(epsilon))
    y = centered * factor.reshape(spread)
    y += _float32(offset).reshape(spread)
    kind = scale.dtype
    moments = (running_mean, running_variance, used_mean, used_variance)
    return (y.astype(x.dtype, copy=False), *(each.astype(kind, copy=False) for each in moments))


@KERNELS.add(ops.FUSED_BATCH_NORM_V3)
def fused_batch_norm_v3(x: Any, scale: Any, *rest: Any, **attrs: Any) -> Any:
    """As ``fused_batch_norm``; the third reserve is empty on CPUs."""
    return (*fused_batch_norm(x, scale, *rest, **attrs), np.zeros(0, scale.dtype))


@KERNELS.add(ops.FUSED_BATCH_NORM_GRAD, ops.FUSED_BATCH_NORM_GRAD_V2)
def fused_batch_norm_grad(
    y_backprop: Any,
    x: Any,
    scale: Any,
    reserve_space_1: Any,
    reserve_space_2: Any,
    *,
    epsilon: float,
    data_format: str,
    is_training: bool,
) -> Any:
    """The gradients of x, scale and offset; in training the moments depend on x."""
    if y_backprop.shape != x.shape:
        raise ValueError(f"shapes {y_backprop.shape} and {x.shape} differ")
    dy, wide = _float32(y_backprop), _float32(x)
    others, spread, count = _layout(x, data_format)
    centered = wide - _float32(reserve_space_1).reshape(spread)
    inverse = 1 / np.sqrt(_float32(reserve_space_2) + np.float32(epsilon))
    d_offset = np.add.reduce(dy, others, np.float32)
    d_scale = np.add.reduce(dy * centered, others, np.float32) * inverse
    if is_training:
        share = np.float32(1 / max(count, 1))
        dy = dy - (d_offset * share).reshape(spread)
        dy -= centered * (d_scale * inverse * share).reshape(spread)
    dx = dy * (_float32(scale) * inverse).reshape(spread)
    kind = reserve_space_1.dtype
    nothing = np.zeros((), kind)
    return dx.astype(x.dtype, copy=False), d_scale.astype(kind), d_offset.astype(kind), nothing, nothing


@KERNELS.add(ops.FUSED_BATCH_NORM_GRAD_V3)
def fused_batch_norm_grad_v3(*operands: Any, **attrs: Any) -> Any:
    """As ``fused_batch_norm_grad``, without the third reserve."""
    return fused_batch_norm_grad(*operands[:5], **attrs)


@add_with_narrow(KERNELS, ops.BATCH_NORM_GLOBAL)
def batch_norm_with_global_normalization(
    t: Any, m: Any, v: Any, beta: Any, gamma: Any, *, variance_epsilon: float, scale_after_normalization: bool
) -> Any:
    """``(t - m) / sqrt(v + epsilon)``, scaled if asked, plus ``beta``."""
    factor = 1 / np.sqrt(v + v.dtype.type(variance_epsilon))
    if scale_after_normalization:
        factor = factor * gamma
    return (t - m) * factor + beta


# -- local response normalization ----------------------------------------------------------------------------------


def _window_sums(x: Any, radius: int) -> Any:
    """Sums over windows of ``2 · radius + 1`` channels, cut at the ends."""
    depth = x.shape[-1]
    total = np.zeros(x.shape, x.dtype)
    for shift in range(-min(radius, depth - 1), min(radius, depth - 1) + 1):
        into = slice(max(0, -shift), depth - max(0, shift))
        source = slice(max(0, shift), depth - max(0, -shift))
        total[..., into] += x[..., source]
    return total


@add_with_narrow(KERNELS, ops.LRN)
def lrn(input: Any, *, depth_radius: int, bias: float, alpha: float, beta: float) -> Any:
    """``x · norm^-beta``."""
    if input.ndim != 4:
        raise SpecError(f"LRN takes tensors of rank 4, got shape {input.shape}.")
    kind = input.dtype.type
    norm = kind(bias) + kind(alpha) * _window_sums(np.square(input), depth_radius)
    return input * norm ** kind(-beta)


@add_with_narrow(KERNELS, ops.LRN_GRAD)
def lrn_grad(
    input_grads: Any,
    input_image: Any,
    output_image: Any,
    *,
    depth_radius: int,
    bias: float,
    alpha: float,
    beta: float,
) -> Any:
    """``dy norm^-beta - 2 alpha beta x Σ (dy y / norm)``, the sum over the same windows."""
    kind = input_image.dtype.type
    norm = kind(bias) + kind(alpha) * _window_sums(np.square(input_image), depth_radius)
    shared = _window_sums(input_grads * output_image / norm, depth_radius)
    return input_grads * norm ** kind(-beta) - kind(2 * alpha * beta) * input_image * shared
