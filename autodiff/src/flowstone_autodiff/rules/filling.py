"""Gradients of ``flowstone_core.ops.filling``."""

from __future__ import annotations

from flowstone_core.ops import filling as ops
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, not_differentiable

not_differentiable(ops.EMPTY, ops.ONE_HOT, ops.ONES_LIKE, ops.ZEROS_LIKE)


@gradient(ops.FILL)
def fill_gradient(call: Call, dy: Tensor) -> tuple[None, Tensor]:
    """Every element is the value: it gets their sum."""
    return None, reduce_sum(dy)
