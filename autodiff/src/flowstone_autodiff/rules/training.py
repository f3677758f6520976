"""Gradients of ``flowstone_core.ops.training``: optimizers' steps have none."""

from __future__ import annotations

from flowstone_core.op import Op
from flowstone_core.ops import training as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(*(each for each in vars(ops).values() if isinstance(each, Op)))
