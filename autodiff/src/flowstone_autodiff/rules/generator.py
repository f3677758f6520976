"""Numbers of ``tf.random.Generator``: nothing to differentiate."""

from __future__ import annotations

from flowstone_core.ops import generator as ops

from flowstone_autodiff.registry import AS_IN_TENSORFLOW, not_differentiable, undefined

not_differentiable(
    ops.NON_DETERMINISTIC_INTS,
    ops.RNG_READ_AND_SKIP,
    ops.RNG_SKIP,
    ops.STATEFUL_FULL_INT,
    ops.STATEFUL_NORMAL,
    ops.STATEFUL_TRUNCATED_NORMAL,
    ops.STATEFUL_UNIFORM,
    ops.STATEFUL_UNIFORM_INT,
)
undefined(ops.STATEFUL_BINOMIAL, because=AS_IN_TENSORFLOW)
