"""Gradients of ``flowstone_core.ops.sequences``: ``LinSpace`` has none, as in TensorFlow."""

from __future__ import annotations

from flowstone_core.ops import sequences as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(ops.LIN_SPACE)
