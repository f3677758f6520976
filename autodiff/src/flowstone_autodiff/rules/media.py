"""Gradients of ``flowstone_core.ops.media``: files have none."""

from __future__ import annotations

from flowstone_core.ops import media as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(ops.ENCODE_PNG, ops.ENCODE_WAV)
