"""Batching of ``flowstone_core.ops.isotonic``."""

from __future__ import annotations

from flowstone_core.ops import isotonic as ops

from flowstone_autodiff.batch_registry import rowwise

rowwise(ops.ISOTONIC_REGRESSION)
