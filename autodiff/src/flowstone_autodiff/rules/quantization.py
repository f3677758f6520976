"""Gradients of ``flowstone_core.ops.quantization``: those of what was rounded, not of the steps."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import quantization as ops
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, not_differentiable

not_differentiable(
    ops.FAKE_QUANT_WITH_MIN_MAX_ARGS_GRADIENT,
    ops.FAKE_QUANT_WITH_MIN_MAX_VARS_GRADIENT,
    ops.FAKE_QUANT_WITH_MIN_MAX_VARS_PER_CHANNEL_GRADIENT,
    ops.QUANTIZE_AND_DEQUANTIZE_V4_GRAD,
)


@gradient(ops.FAKE_QUANT_WITH_MIN_MAX_ARGS)
def fake_quant_args_gradient(call: Call, dy: Tensor) -> Any:
    """``dy`` between the limits."""
    return ops.FAKE_QUANT_WITH_MIN_MAX_ARGS_GRADIENT(dy, call.inputs[0], **call.attrs)


@gradient(ops.FAKE_QUANT_WITH_MIN_MAX_VARS)
def fake_quant_vars_gradient(call: Call, dy: Tensor) -> Any:
    """``dy`` between the limits, and of each limit its sum beyond."""
    return tuple(ops.FAKE_QUANT_WITH_MIN_MAX_VARS_GRADIENT(dy, *call.inputs, **call.attrs))


@gradient(ops.FAKE_QUANT_WITH_MIN_MAX_VARS_PER_CHANNEL)
def fake_quant_per_channel_gradient(call: Call, dy: Tensor) -> Any:
    """The same for each channel."""
    return tuple(ops.FAKE_QUANT_WITH_MIN_MAX_VARS_PER_CHANNEL_GRADIENT(dy, *call.inputs, **call.attrs))


@gradient(ops.QUANTIZE_AND_DEQUANTIZE_V2, ops.QUANTIZE_AND_DEQUANTIZE_V3)
def straight_through(call: Call, dy: Tensor) -> Any:
    """``dy``, wherever the numbers are."""
    return dy, *(None,) * (len(call.inputs) - 1)


@gradient(ops.QUANTIZE_AND_DEQUANTIZE_V4)
def quantize_and_dequantize_gradient(call: Call, dy: Tensor) -> Any:
    """``dy`` between the limits; the limits get zeros, as in TensorFlow."""
    return tuple(ops.QUANTIZE_AND_DEQUANTIZE_V4_GRAD(dy, *call.inputs, axis=call.attrs["axis"]))
