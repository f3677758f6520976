"""Gradients of ``flowstone_core.ops.sparse_serialization``: variants of datasets have none."""

from __future__ import annotations

from flowstone_core.ops import sparse_serialization as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(ops.DESERIALIZE_MANY_SPARSE, ops.DESERIALIZE_SPARSE, ops.SERIALIZE_MANY_SPARSE, ops.SERIALIZE_SPARSE)
