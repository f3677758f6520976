"""Batching of ``flowstone_core.ops.complex``."""

from __future__ import annotations

from flowstone_core.ops import complex as ops

from flowstone_autodiff.batch_registry import broadcasting, elementwise

elementwise(ops.ANGLE, ops.CONJ, ops.IMAG, ops.REAL)
broadcasting(ops.COMPLEX)
