"""Random numbers do not depend on anything; samples of a gamma distribution do depend on its parameter."""

from __future__ import annotations

from flowstone_core.ops import random as ops

from flowstone_autodiff.registry import not_differentiable, undefined

not_differentiable(
    ops.MULTINOMIAL,
    ops.RANDOM_POISSON_V2,
    ops.RANDOM_SHUFFLE,
    ops.RANDOM_STANDARD_NORMAL,
    ops.RANDOM_UNIFORM,
    ops.RANDOM_UNIFORM_INT,
    ops.TRUNCATED_NORMAL,
)
undefined(
    ops.RANDOM_GAMMA,
    because="Samples of tf.random.gamma depend on alpha; if their derivative is not needed, stop it with "
    "tf.stop_gradient.",
)
