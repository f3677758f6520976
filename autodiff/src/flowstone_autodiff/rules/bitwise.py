"""Bitwise ops work on integers: nothing flows back."""

from __future__ import annotations

from flowstone_core.ops import bitwise as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(
    ops.BITWISE_AND,
    ops.BITWISE_OR,
    ops.BITWISE_XOR,
    ops.INVERT,
    ops.LEFT_SHIFT,
    ops.POPULATION_COUNT,
    ops.RIGHT_SHIFT,
)
