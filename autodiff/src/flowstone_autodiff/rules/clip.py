"""The gradient of ``flowstone_core.ops.clip``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import clip as ops
from flowstone_core.ops.compare import greater, less, logical_or
from flowstone_core.ops.filling import zeros_like
from flowstone_core.ops.selection import SELECT_V2 as WHERE
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.registry import Call, gradient


@gradient(ops.CLIP_BY_VALUE)
def clip_by_value_gradient(call: Call, dy: Tensor) -> tuple[Any, Any, Any]:
    """Each element's ``dy`` goes to what it was taken from: itself, the least or the greatest value."""
    x, low, high = call.inputs
    zeros, below, above = zeros_like(dy), less(x, low), greater(x, high)
    return (
        unbroadcast(WHERE(logical_or(below, above), zeros, dy), x),
        unbroadcast(WHERE(below, dy, zeros), low) if call.wants(1) else None,
        unbroadcast(WHERE(above, dy, zeros), high) if call.wants(2) else None,
    )
