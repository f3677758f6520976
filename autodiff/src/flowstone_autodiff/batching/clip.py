"""Batching of ``flowstone_core.ops.clip``."""

from __future__ import annotations

from flowstone_core.ops import clip as ops

from flowstone_autodiff.batch_registry import broadcasting

broadcasting(ops.CLIP_BY_VALUE)
