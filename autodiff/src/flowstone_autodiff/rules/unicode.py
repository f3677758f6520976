"""Gradients of ``flowstone_core.ops.unicode``: text has none."""

from __future__ import annotations

from flowstone_core.ops import unicode as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(
    ops.UNICODE_DECODE,
    ops.UNICODE_DECODE_WITH_OFFSETS,
    ops.UNICODE_ENCODE,
    ops.UNICODE_SCRIPT,
    ops.UNICODE_TRANSCODE,
)
