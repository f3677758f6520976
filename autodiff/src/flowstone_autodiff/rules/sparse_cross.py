"""Gradients of ``flowstone_core.ops.sparse_cross``: words and hashes have none."""

from __future__ import annotations

from flowstone_core.ops import sparse_cross as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(ops.SPARSE_CROSS, ops.SPARSE_CROSS_HASHED, ops.SPARSE_CROSS_V2)
