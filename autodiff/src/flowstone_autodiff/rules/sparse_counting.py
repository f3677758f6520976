"""Gradients of ``flowstone_core.ops.sparse_counting``: counts have none, as in TensorFlow."""

from __future__ import annotations

from flowstone_core.ops import sparse_counting as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(ops.DENSE_COUNT, ops.RAGGED_COUNT, ops.SPARSE_COUNT)
