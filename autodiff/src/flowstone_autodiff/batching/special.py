"""Batching of ``flowstone_core.ops.special``."""

from __future__ import annotations

from flowstone_core.ops import special as ops

from flowstone_autodiff.batch_registry import elementwise

elementwise(ops.DIGAMMA, ops.ERF, ops.ERFC, ops.ERFINV, ops.LGAMMA, ops.NDTRI)
