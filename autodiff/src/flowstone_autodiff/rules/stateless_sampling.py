"""Samples that are functions of a seed: only those of a gamma distribution depend smoothly on its parameter."""

from __future__ import annotations

from flowstone_core.ops import stateless_sampling as ops

from flowstone_autodiff.registry import not_differentiable, undefined

not_differentiable(
    ops.RANDOM_INDEX_SHUFFLE,
    ops.STATELESS_BINOMIAL,
    ops.STATELESS_FULL_INT_V1,
    ops.STATELESS_MULTINOMIAL,
    ops.STATELESS_NORMAL_V1,
    ops.STATELESS_PARAMETERIZED_TRUNCATED_NORMAL,
    ops.STATELESS_POISSON,
    ops.STATELESS_SHUFFLE,
    ops.STATELESS_TRUNCATED_NORMAL_V1,
    ops.STATELESS_UNIFORM_INT_V1,
    ops.STATELESS_UNIFORM_V1,
)
undefined(
    ops.STATELESS_GAMMA_V2,
    ops.STATELESS_GAMMA_V3,
    because="Samples of a gamma distribution depend on alpha; if their derivative is not needed, stop it with "
    "tf.stop_gradient.",
)
