"""Leaves of graphs are constants; calls, branches and loops are differentiated by flowstone-graphfn."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import control as ops
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, not_differentiable

not_differentiable(ops.CONST, ops.FAKE_PARAM, ops.NO_OP, ops.PLACEHOLDER)


@gradient(ops.PLACEHOLDER_WITH_DEFAULT)
def placeholder_with_default_gradient(call: Call, dy: Tensor) -> Any:
    """``x``: ``dy``."""
    return dy
