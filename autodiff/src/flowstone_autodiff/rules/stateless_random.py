"""Random numbers from a seed do not depend on anything."""

from __future__ import annotations

from flowstone_core.ops import stateless_random as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(
    ops.GET_ALG,
    ops.GET_KEY_COUNTER,
    ops.GET_KEY_COUNTER_ALG,
    ops.STATELESS_FULL_INT,
    ops.STATELESS_NORMAL,
    ops.STATELESS_TRUNCATED_NORMAL,
    ops.STATELESS_UNIFORM,
    ops.STATELESS_UNIFORM_INT,
)
