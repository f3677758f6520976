"""Batching of ``flowstone_core.ops.cast``."""

from __future__ import annotations

from flowstone_core.ops import cast as ops

from flowstone_autodiff.batch_registry import elementwise

elementwise(ops.CAST)
