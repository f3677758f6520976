"""Gradients of ``flowstone_core.ops.sets``: sets of integers and strings have none."""

from __future__ import annotations

from flowstone_core.ops import sets as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(ops.DENSE_TO_DENSE, ops.DENSE_TO_SPARSE, ops.SET_SIZE, ops.SPARSE_TO_SPARSE)
