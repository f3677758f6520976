"""Comparisons, logic and tests give bools: nothing flows back."""

from __future__ import annotations

from flowstone_core.ops import compare as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(
    ops.APPROXIMATE_EQUAL,
    ops.EQUAL,
    ops.GREATER,
    ops.GREATER_EQUAL,
    ops.IS_FINITE,
    ops.IS_INF,
    ops.IS_NAN,
    ops.LESS,
    ops.LESS_EQUAL,
    ops.LOGICAL_AND,
    ops.LOGICAL_NOT,
    ops.LOGICAL_OR,
    ops.NOT_EQUAL,
)
