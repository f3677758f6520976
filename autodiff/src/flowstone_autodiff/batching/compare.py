"""Batching of ``flowstone_core.ops.compare``."""

from __future__ import annotations

from flowstone_core.ops import compare as ops

from flowstone_autodiff.batch_registry import broadcasting, elementwise, rowwise

elementwise(ops.IS_FINITE, ops.IS_INF, ops.IS_NAN, ops.LOGICAL_NOT)
broadcasting(
    ops.EQUAL,
    ops.GREATER,
    ops.GREATER_EQUAL,
    ops.LESS,
    ops.LESS_EQUAL,
    ops.LOGICAL_AND,
    ops.LOGICAL_OR,
    ops.NOT_EQUAL,
)
rowwise(ops.APPROXIMATE_EQUAL, data=2)
