"""Gradients of ``flowstone_core.ops.clock``: time depends on nothing."""

from __future__ import annotations

from flowstone_core.ops import clock as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(ops.TIMESTAMP)
