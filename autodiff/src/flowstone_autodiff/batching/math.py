"""Batching of ``flowstone_core.ops.math``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import math as ops

from flowstone_autodiff.batch_registry import BatchCall, batch, broadcasting, elementwise, rowwise

elementwise(
    ops.ABS,
    ops.CEIL,
    ops.COMPLEX_ABS,
    ops.FLOOR,
    ops.INV,
    ops.NEG,
    ops.RECIPROCAL,
    ops.RINT,
    ops.ROUND,
    ops.SIGN,
    ops.SQUARE,
)
broadcasting(
    ops.ADD,
    ops.ADD_V2,
    ops.DIV,
    ops.DIV_NO_NAN,
    ops.FLOOR_DIV,
    ops.FLOOR_MOD,
    ops.MAXIMUM,
    ops.MINIMUM,
    ops.MOD,
    ops.MUL,
    ops.MUL_NO_NAN,
    ops.NEXT_AFTER,
    ops.POW,
    ops.REAL_DIV,
    ops.SQUARED_DIFFERENCE,
    ops.SUB,
    ops.TRUNCATE_DIV,
    ops.TRUNCATE_MOD,
)
rowwise(ops.INV_GRAD, ops.RECIPROCAL_GRAD, data=2)


@batch(ops.ADD_N, ops.ACCUMULATE_N_V2)
def add_n(call: BatchCall) -> Any:
    """Summands of one shape: all with the batch first."""
    return ops.ADD_N(call.full(0))
