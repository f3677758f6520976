"""Gradients of ``flowstone_core.ops.counting``: counts have none."""

from __future__ import annotations

from flowstone_core.ops import counting as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(ops.BINCOUNT, ops.DENSE_BINCOUNT, ops.HISTOGRAM_FIXED_WIDTH, ops.SPARSE_BINCOUNT)
