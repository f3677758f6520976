"""Samples that are functions of a seed: only those of a gamma distribution depend smoothly on its parameter."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import stateless_sampling as ops
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import AS_IN_TENSORFLOW, Call, gradient, not_differentiable, undefined
from flowstone_autodiff.rules.random import to_alpha

not_differentiable(
    ops.RANDOM_INDEX_SHUFFLE,
    ops.STATELESS_BINOMIAL,
    ops.STATELESS_FULL_INT_V1,
    ops.STATELESS_MULTINOMIAL,
    ops.STATELESS_NORMAL_V1,
    ops.STATELESS_PARAMETERIZED_TRUNCATED_NORMAL,
    ops.STATELESS_POISSON,
    ops.STATELESS_TRUNCATED_NORMAL_V1,
    ops.STATELESS_UNIFORM_INT_V1,
    ops.STATELESS_UNIFORM_V1,
)
undefined(ops.STATELESS_SHUFFLE, because=AS_IN_TENSORFLOW)


@gradient(ops.STATELESS_GAMMA_V2)
def stateless_gamma_v2_gradient(call: Call, dy: Tensor) -> tuple[None, None, Any]:
    """How the samples move with ``alpha``."""
    return None, None, to_alpha(call.inputs[2], call.output, dy)


@gradient(ops.STATELESS_GAMMA_V3)
def stateless_gamma_v3_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """How the samples move with ``alpha``."""
    return None, None, None, None, to_alpha(call.inputs[4], call.output, dy)
