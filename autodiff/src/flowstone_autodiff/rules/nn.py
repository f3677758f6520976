"""Gradients of ``flowstone_core.ops.nn``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import nn as ops
from flowstone_core.ops.array import broadcast_to, expand_dims, reshape
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal
from flowstone_core.ops.math import divide, multiply
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, not_differentiable
from flowstone_autodiff.rules.gathering import scattered
from flowstone_autodiff.static import shape_of, sizes

not_differentiable(ops.IN_TOP_K, ops.IN_TOP_K_V2)

# -- biases --------------------------------------------------------------------------------------------------------


@gradient(ops.BIAS_ADD)
def bias_add_gradient(call: Call, dy: Tensor) -> tuple[Tensor, Any]:
    """``x + b`` for each channel: ``dy``, and its sum over all but the channels."""
    return dy, ops.BIAS_ADD_GRAD(dy, data_format=call.attrs["data_format"]) if call.wants(1) else None


@gradient(ops.BIAS_ADD_V1)
def bias_add_v1_gradient(call: Call, dy: Tensor) -> tuple[Tensor, Any]:
    """``x + b`` for each channel: ``dy``, and its sum over all but the channels."""
    return dy, ops.BIAS_ADD_GRAD(dy)


@gradient(ops.BIAS_ADD_GRAD)
def bias_add_grad_gradient(call: Call, dz: Tensor) -> Any:
    """The sums' gradients, repeated over what was added up."""
    x = call.inputs[0]
    if call.attrs["data_format"] == "NCHW":
        dz = reshape(dz, [-1, *[1] * (len(sizes(x)) - 2)])
    return broadcast_to(dz, shape_of(x))


# -- penalties and best entries --------------------------------------------------------------------------------------


@gradient(ops.L2_LOSS)
def l2_loss_gradient(call: Call, dy: Tensor) -> Tensor:
    """``Σ x² / 2``: ``x dy``."""
    return multiply(call.inputs[0], dy)


@gradient(ops.TOP_K)
def top_k_gradient(call: Call, dy: Tensor, d_indices: None) -> Any:
    """``dy`` in the places of the best entries among zeros."""
    return _in_place(call, dy)


@gradient(ops.TOP_K_V2)
def top_k_v2_gradient(call: Call, dy: Tensor, d_indices: None) -> tuple[Any, None]:
    """``dy`` in the places of the best entries among zeros."""
    return _in_place(call, dy), None


def _in_place(call: Call, dy: Tensor) -> Any:
    have = sizes(call.inputs[0])
    return scattered(dy, call.outputs[1], have, len(have) - 1, len(have) - 1)


@gradient(ops.NTH_ELEMENT)
def nth_element_gradient(call: Call, dy: Tensor) -> tuple[Any, None]:
    """The entries that equal the result share ``dy`` evenly."""
    chosen = cast(equal(expand_dims(call.output, -1), call.inputs[0]), dy.dtype)
    share = divide(expand_dims(dy, -1), reduce_sum(chosen, -1, keepdims=True))
    return multiply(chosen, share), None
