"""Gradients of ``flowstone_core.ops.regex``: text has none."""

from __future__ import annotations

from flowstone_core.ops import regex as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(
    ops.REGEX_FULL_MATCH,
    ops.REGEX_REPLACE,
    ops.STATIC_REGEX_FULL_MATCH,
    ops.STATIC_REGEX_REPLACE,
)
