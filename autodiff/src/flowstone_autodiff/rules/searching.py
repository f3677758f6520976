"""Gradients of ``flowstone_core.ops.searching``: positions and what is equal to what have none, as in TensorFlow."""

from __future__ import annotations

from flowstone_core.ops import searching as ops

from flowstone_autodiff.registry import AS_IN_TENSORFLOW, not_differentiable, undefined

not_differentiable(
    ops.BUCKETIZE,
    ops.EDIT_DISTANCE,
    ops.LOWER_BOUND,
    ops.UNRAVEL_INDEX,
    ops.UPPER_BOUND,
)
undefined(
    ops.LIST_DIFF,
    ops.UNIQUE,
    ops.UNIQUE_V2,
    ops.UNIQUE_WITH_COUNTS,
    ops.UNIQUE_WITH_COUNTS_V2,
    because=AS_IN_TENSORFLOW,
)
