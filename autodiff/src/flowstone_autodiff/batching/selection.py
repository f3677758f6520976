"""Batching of ``flowstone_core.ops.selection``."""

from __future__ import annotations

from flowstone_core.ops import selection as ops

from flowstone_autodiff.batch_registry import broadcasting

broadcasting(ops.SELECT_V2)
