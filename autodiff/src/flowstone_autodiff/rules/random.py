"""Random numbers do not depend on anything; samples of a gamma distribution do depend on its parameter."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import random as ops
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, not_differentiable

not_differentiable(
    ops.MULTINOMIAL,
    ops.RANDOM_POISSON_V2,
    ops.RANDOM_SHUFFLE,
    ops.RANDOM_STANDARD_NORMAL,
    ops.RANDOM_UNIFORM,
    ops.RANDOM_UNIFORM_INT,
    ops.TRUNCATED_NORMAL,
)


@gradient(ops.RANDOM_GAMMA)
def random_gamma_gradient(call: Call, dy: Tensor) -> Any:
    """Raise: the derivative of a sample by the shape parameter is not available yet."""
    raise NotImplementedError(
        "The gradient of tf.random.gamma by alpha is not supported. Stop it with tf.stop_gradient if it is not needed."
    )
