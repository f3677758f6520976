"""Gradients of ``flowstone_image.ops.suppression``: choices have none."""

from __future__ import annotations

from flowstone_autodiff import not_differentiable
from flowstone_core.op import Op

from flowstone_image.ops import suppression as ops

not_differentiable(*(op for op in vars(ops).values() if isinstance(op, Op)))
