"""Gradients of ``flowstone_core.ops.selection``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import selection as ops
from flowstone_core.ops.filling import zeros_like
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.registry import Call, gradient, not_differentiable

not_differentiable(ops.WHERE)


@gradient(ops.SELECT)
def select_gradient(call: Call, dy: Tensor) -> tuple[None, Any, Any]:
    """Each side gets ``dy`` where it was chosen."""
    condition, zeros = call.inputs[0], zeros_like(dy)
    return None, ops.SELECT(condition, dy, zeros), ops.SELECT(condition, zeros, dy)


@gradient(ops.SELECT_V2)
def select_v2_gradient(call: Call, dy: Tensor) -> tuple[None, Any, Any]:
    """Each side gets ``dy`` where it was chosen."""
    condition, x, y = call.inputs
    zeros = zeros_like(dy)
    return (
        None,
        unbroadcast(ops.SELECT_V2(condition, dy, zeros), x) if call.wants(1) else None,
        unbroadcast(ops.SELECT_V2(condition, zeros, dy), y) if call.wants(2) else None,
    )
