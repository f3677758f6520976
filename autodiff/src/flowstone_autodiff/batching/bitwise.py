"""Batching of ``flowstone_core.ops.bitwise``."""

from __future__ import annotations

from flowstone_core.ops import bitwise as ops

from flowstone_autodiff.batch_registry import broadcasting, elementwise

elementwise(ops.INVERT, ops.POPULATION_COUNT)
broadcasting(ops.BITWISE_AND, ops.BITWISE_OR, ops.BITWISE_XOR, ops.LEFT_SHIFT, ops.RIGHT_SHIFT)
