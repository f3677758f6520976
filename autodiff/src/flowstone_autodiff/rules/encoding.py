"""Gradients of ``flowstone_core.ops.encoding``: text has none."""

from __future__ import annotations

from flowstone_core.ops import encoding as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(
    ops.DECODE_BASE64,
    ops.DECODE_COMPRESSED,
    ops.DECODE_PADDED_RAW,
    ops.DECODE_RAW,
    ops.ENCODE_BASE64,
)
