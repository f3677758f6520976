"""Gradients of ``flowstone_core.ops.sparse_counting``: counts have none, as in TensorFlow."""

from __future__ import annotations

from flowstone_core.ops import sparse_counting as ops

from flowstone_autodiff.registry import AS_IN_TENSORFLOW, undefined

undefined(ops.DENSE_COUNT, ops.RAGGED_COUNT, ops.SPARSE_COUNT, because=AS_IN_TENSORFLOW)
