"""Batching of ``flowstone_core.ops.qr``: stacks of matrices."""

from __future__ import annotations

from flowstone_core.ops import qr as ops

from flowstone_autodiff.batch_registry import rowwise

rowwise(ops.QR)
