"""Gradients of ``flowstone_core.ops.cudnn``: by the ops that cuDNN has for them."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import cudnn as ops

from flowstone_autodiff.registry import Call, gradient, undefined

undefined(
    ops.CUDNN_RNN_BACKPROP,
    ops.CUDNN_RNN_BACKPROP_V2,
    ops.CUDNN_RNN_BACKPROP_V3,
    because="cuDNN has no second derivatives.",
)


def _attrs(call: Call) -> dict[str, Any]:
    return {key: value for key, value in call.attrs.items() if key != "is_training"}


@gradient(ops.CUDNN_RNN)
def cudnn_rnn_gradient(call: Call, *dys: Any) -> Any:
    """Back through all layers."""
    *results, space = call.outputs
    return ops.CUDNN_RNN_BACKPROP(*call.inputs, *results, *dys[:3], space, **_attrs(call))


@gradient(ops.CUDNN_RNN_V2)
def cudnn_rnn_v2_gradient(call: Call, *dys: Any) -> Any:
    """Back through all layers."""
    *results, space, host = call.outputs
    return ops.CUDNN_RNN_BACKPROP_V2(*call.inputs, *results, *dys[:3], space, host, **_attrs(call))


@gradient(ops.CUDNN_RNN_V3)
def cudnn_rnn_v3_gradient(call: Call, *dys: Any) -> Any:
    """Back through all layers; lengths have none."""
    *results, space, host = call.outputs
    found = ops.CUDNN_RNN_BACKPROP_V3(*call.inputs, *results, *dys[:3], space, host, **_attrs(call))
    return *found, None
