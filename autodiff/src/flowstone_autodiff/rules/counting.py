"""Gradients of ``flowstone_core.ops.counting``: counts have none."""

from __future__ import annotations

from flowstone_core.ops import counting as ops

from flowstone_autodiff.registry import AS_IN_TENSORFLOW, not_differentiable, undefined

not_differentiable(ops.HISTOGRAM_FIXED_WIDTH)
undefined(ops.BINCOUNT, ops.DENSE_BINCOUNT, ops.SPARSE_BINCOUNT, because=AS_IN_TENSORFLOW)
