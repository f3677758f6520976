"""Gradients of ``flowstone_core.ops.searching``: positions and what is equal to what have none, as in TensorFlow."""

from __future__ import annotations

from flowstone_core.ops import searching as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(
    ops.BUCKETIZE,
    ops.EDIT_DISTANCE,
    ops.LIST_DIFF,
    ops.LOWER_BOUND,
    ops.UNIQUE,
    ops.UNIQUE_V2,
    ops.UNIQUE_WITH_COUNTS,
    ops.UNIQUE_WITH_COUNTS_V2,
    ops.UNRAVEL_INDEX,
    ops.UPPER_BOUND,
)
