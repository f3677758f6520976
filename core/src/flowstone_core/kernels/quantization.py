"""Numpy kernels of ``flowstone_core.ops.quantization``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import quantization as ops

KERNELS = KernelSet()


# -- fake quantization ---------------------------------------------------------------------------------------------


def _nudged(low: Any, high: Any, num_bits: int, narrow_range: bool) -> tuple[Any, Any, Any]:
    """The limits, moved so that 0 is a multiple of the step, and the step; in float32."""
    ops.check_bits(num_bits)
    low, high = np.asarray(low, np.float32), np.asarray(high, np.float32)
    first, last = np.float32(1 if narrow_range else 0), np.float32(2**num_bits - 1)
    step = (high - low) / (last - first)
    zero = first - low / step
    place = np.where(zero < first, first, np.where(zero > last, last, np.floor(zero + np.float32(0.5))))
    return (first - place) * step, (last - place) * step, step


def _rounded(x: Any, low: Any, high: Any, num_bits: int, narrow_range: bool) -> Any:
    least, greatest, step = _nudged(low, high, num_bits, narrow_range)
    shifted = np.clip(x, least, greatest) - least
    rounded = np.floor(shifted / step + np.float32(0.5)) * step + least
    return np.where((np.asarray(low) == 0) & (np.asarray(high) == 0), np.float32(0), rounded).astype(np.float32)


def _masks(x: Any, low: Any, high: Any, num_bits: int, narrow_range: bool) -> tuple[Any, Any, Any]:
    """Where the numbers are inside the limits, below and above them."""
    least, greatest, _ = _nudged(low, high, num_bits, narrow_range)
    nothing = (np.asarray(low) == 0) & (np.asarray(high) == 0)
    return ((x >= least) & (x <= greatest)) | nothing, (x < least) & ~nothing, (x > greatest) & ~nothing


def _check_args(low: float, high: float) -> None:
    if not low < high:
        raise SpecError(f"min has to be smaller than max, was: {low} >= {high}.")


@KERNELS.add(ops.FAKE_QUANT_WITH_MIN_MAX_ARGS)
def fake_quant_args(inputs: Any, *, min: float, max: float, num_bits: int, narrow_range: bool) -> Any:
    """To the nearest value between fixed limits."""
    _check_args(min, max)
    return _rounded(inputs, min, max, num_bits, narrow_range)


@KERNELS.add(ops.FAKE_QUANT_WITH_MIN_MAX_ARGS_GRADIENT)
def fake_quant_args_gradient(
    gradients: Any, inputs: Any, *, min: float, max: float, num_bits: int, narrow_range: bool
) -> Any:
    """Gradients between the limits."""
    _check_args(min, max)
    if gradients.shape != inputs.shape:
        raise ValueError  # the shape rule explains
    return np.where(_masks(inputs, min, max, num_bits, narrow_range)[0], gradients, np.float32(0))


def _check_vars(inputs: Any, low: Any, high: Any, per_channel: bool) -> None:
    wanted = inputs.shape[-1:] if per_channel else ()
    if low.shape != wanted or high.shape != wanted or (per_channel and not inputs.ndim):
        raise ValueError  # the shape rule explains


@KERNELS.add(ops.FAKE_QUANT_WITH_MIN_MAX_VARS)
def fake_quant_vars(inputs: Any, min: Any, max: Any, *, num_bits: int, narrow_range: bool) -> Any:
    """To the nearest value between limits."""
    _check_vars(inputs, min, max, False)
    return _rounded(inputs, min, max, num_bits, narrow_range)


@KERNELS.add(ops.FAKE_QUANT_WITH_MIN_MAX_VARS_PER_CHANNEL)
def fake_quant_per_channel(inputs: Any, min: Any, max: Any, *, num_bits: int, narrow_range: bool) -> Any:
    """To the nearest value between the limits of a channel."""
    _check_vars(inputs, min, max, True)
    return _rounded(inputs, min, max, num_bits, narrow_range)


def _gradients(gradients: Any, inputs: Any, low: Any, high: Any, num_bits: int, narrow_range: bool, axes: Any) -> Any:
    if gradients.shape != inputs.shape:
        raise ValueError  # the shape rule explains
    inside, below, above = _masks(inputs, low, high, num_bits, narrow_range)
    zero = np.float32(0)
    return (
        np.where(inside, gradients, zero),
        np.where(below, gradients, zero).sum(axes, dtype=np.float32),
        np.where(above, gradients, zero).sum(axes, dtype=np.float32),
    )


@KERNELS.add(ops.FAKE_QUANT_WITH_MIN_MAX_VARS_GRADIENT)
def fake_quant_vars_gradient(
    gradients: Any, inputs: Any, min: Any, max: Any, *, num_bits: int, narrow_range: bool
) -> Any:
    """Of inputs inside, of each limit the sum beyond it."""
    _check_vars(inputs, min, max, False)
    return _gradients(gradients, inputs, min, max, num_bits, narrow_range, None)


@KERNELS.add(ops.FAKE_QUANT_WITH_MIN_MAX_VARS_PER_CHANNEL_GRADIENT)
def fake_quant_per_channel_gradient(
    gradients: Any, inputs: Any, min: Any, max: Any, *, num_bits: int, narrow_range: bool
) -> Any:
    """Of inputs inside, of each channel's limit the sum beyond it."""
    _check_vars(inputs, min, max, True)
    return _gradients(gradients, inputs, min, max, num_bits, narrow_range, tuple(range(inputs.ndim - 1)))


# -- there and back ------------------------------------------------------------------------------------------------


def _along(limit: Any, axis: int, rank: int) -> Any:
    """Limits, one for each place along ``axis``, so that they broadcast."""
    return limit if axis == -1 else limit.reshape(-1, *(1,) * (rank - axis - 1))


def _scales(low: Any, high: Any, signed: bool, bits: int, narrow: bool) -> tuple[Any, Any, Any, Any, int]:
    """Limits that are multiples of the step, the inverse of the step, the step, and the greatest multiple."""
    last = (1 << (bits - 1)) - 1 if signed else (1 << bits) - 1
    first = -(1 << (bits - 1)) + (1 if narrow else 0) if signed else 0
    kind = low.dtype.type
    lowest, greatest = kind(first), kind(last)
    huge = np.finfo(low.dtype).max
    by_low = np.where(lowest * low > 0, lowest / low, huge)
    by_high = np.where(greatest * high > 0, greatest / high, huge)
    from_low = by_low < by_high
    scale = np.where(from_low, by_low, by_high)
    step = np.where(from_low, low / lowest, high / greatest)
    return np.where(from_low, low, lowest * step), np.where(from_low, greatest * step, high), scale, step, last


def _there_and_back(
    x: Any, low: Any, high: Any, bits: int, signed: bool, given: bool, mode: str, narrow: bool, axis: int
) -> Any:
    if bits < 1 or bits > 62 or (signed and bits < 2):
        raise SpecError(f"num_bits is out of range: {bits} with signed_input {signed}.")
    if axis < -1 or axis >= x.ndim:
        raise SpecError(f"Shape must be at least rank {axis + 1} but is rank {x.ndim}.")
    half = x.dtype.itemsize == 2
    kind = x.dtype
    if half:
        x, low, high = x.astype(np.float32), low.astype(np.float32), high.astype(np.float32)
    if given:
        if low.shape != high.shape or low.ndim != (0 if axis == -1 else 1):
            raise SpecError(f"Limits must be {'scalars' if axis == -1 else 'vectors'}, got {low.shape}, {high.shape}.")
        if (low > high).any():
            raise SpecError(f"Invalid range: input_min {low} > input_max {high}.")
        low, high = _along(low, axis, x.ndim), _along(high, axis, x.ndim)
    else:
        axes = None if axis == -1 else tuple(d for d in range(x.ndim) if d != axis)
        if not x.size:
            return x.astype(kind)
        low, high = x.min(axes, keepdims=axis != -1), x.max(axes, keepdims=axis != -1)
    low, high, scale, step, last = _scales(np.asarray(low), np.asarray(high), signed, bits, narrow)
    scaled = (np.clip(x, low, high) if given else x) * scale
    rounded = np.rint(scaled) if mode == "HALF_TO_EVEN" else np.minimum(np.floor(scaled + scaled.dtype.type(0.5)), last)
    return (rounded * step).astype(kind)


@KERNELS.add(ops.QUANTIZE_AND_DEQUANTIZE_V2, ops.QUANTIZE_AND_DEQUANTIZE_V4)
def quantize_and_dequantize(
    input: Any,
    input_min: Any,
    input_max: Any,
    *,
    signed_input: bool,
    num_bits: int,
    range_given: bool,
    round_mode: str,
    narrow_range: bool,
    axis: int,
) -> Any:
    """To the nearest multiple of the step."""
    return _there_and_back(
        input, input_min, input_max, num_bits, signed_input, range_given, round_mode, narrow_range, axis
    )


@KERNELS.add(ops.QUANTIZE_AND_DEQUANTIZE_V3)
def quantize_and_dequantize_v3(
    input: Any,
    input_min: Any,
    input_max: Any,
    num_bits: Any,
    *,
    signed_input: bool,
    range_given: bool,
    narrow_range: bool,
    axis: int,
) -> Any:
    """With the number of bits as a tensor."""
    bits = int(num_bits)
    return _there_and_back(
        input, input_min, input_max, bits, signed_input, range_given, "HALF_TO_EVEN", narrow_range, axis
    )


@KERNELS.add(ops.QUANTIZE_AND_DEQUANTIZE_V4_GRAD)
def quantize_and_dequantize_gradient(gradients: Any, input: Any, input_min: Any, input_max: Any, *, axis: int) -> Any:
    """Gradients between the limits; limits get none, as in TensorFlow."""
    if gradients.shape != input.shape:
        raise ValueError  # the shape rule explains
    low, high = _along(input_min, axis, input.ndim), _along(input_max, axis, input.ndim)
    inside = np.where((input >= low) & (input <= high), gradients, gradients.dtype.type(0))
    return inside, np.zeros_like(input_min), np.zeros_like(input_max)
