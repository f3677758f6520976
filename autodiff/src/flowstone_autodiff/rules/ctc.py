"""Gradients of ``flowstone_core.ops.ctc``: the loss computes its own."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import ctc as ops
from flowstone_core.ops.array import PREVENT_GRADIENT, expand_dims
from flowstone_core.ops.math import multiply
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, not_differentiable

not_differentiable(ops.CTC_GREEDY_DECODER, ops.CTC_BEAM_SEARCH_DECODER)


@gradient(ops.CTC_LOSS, missing=True)
def ctc_loss_gradient(call: Call, dy: Tensor, _gradient: Tensor | None) -> tuple[Any, None, None, None]:
    """``dy`` times the second output, which has no derivative of its own."""
    message = "Currently there is no way to take the second derivative of ctc_loss, as in TensorFlow."
    slope = PREVENT_GRADIENT(call.outputs[1], message=message)
    return multiply(expand_dims(expand_dims(dy, -1), 0), slope), None, None, None
