"""Gradients of ``flowstone_core.ops.csv``: text has none."""

from __future__ import annotations

from flowstone_core.ops import csv as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(ops.DECODE_CSV)
