"""Random numbers do not depend on anything; samples of a gamma distribution do depend on its parameter."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes
from flowstone_core.ops import random as ops
from flowstone_core.ops.cast import cast
from flowstone_core.ops.incomplete import RANDOM_GAMMA_GRAD
from flowstone_core.ops.math import multiply
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.registry import AS_IN_TENSORFLOW, Call, gradient, not_differentiable, undefined

not_differentiable(
    ops.MULTINOMIAL,
    ops.RANDOM_SHUFFLE,
    ops.RANDOM_STANDARD_NORMAL,
    ops.RANDOM_UNIFORM,
    ops.RANDOM_UNIFORM_INT,
    ops.TRUNCATED_NORMAL,
)
undefined(ops.RANDOM_POISSON_V2, because=AS_IN_TENSORFLOW)


def to_alpha(alpha: Tensor, samples: Tensor, dy: Tensor) -> Any:
    """``dy ∂z/∂α``, summed over the samples of each ``α``, where a sample is ``z = F⁻¹(u; α)`` of a fixed ``u``.

    Source: Figurnov, Mohamed, Mnih, Implicit Reparameterization Gradients, 2018.
    """
    if alpha.dtype is dtypes.float16:
        wide = to_alpha(cast(alpha, dtypes.float32), cast(samples, dtypes.float32), cast(dy, dtypes.float32))
        return cast(wide, alpha.dtype)
    return unbroadcast(multiply(dy, RANDOM_GAMMA_GRAD(alpha, samples)), alpha)


@gradient(ops.RANDOM_GAMMA)
def random_gamma_gradient(call: Call, dy: Tensor) -> tuple[None, Any]:
    """How the samples move with ``alpha``."""
    return None, to_alpha(call.inputs[1], call.output, dy)
