"""Batching of ``flowstone_core.ops.nn``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import nn as ops
from flowstone_core.ops.math import add
from flowstone_core.ops.reduce import reduce_sum

from flowstone_autodiff.batch_registry import BatchCall, batch, rowwise

rowwise(ops.NTH_ELEMENT, ops.TOP_K, ops.TOP_K_V2)


@batch(ops.BIAS_ADD)
def bias_add(call: BatchCall) -> Any:
    """A sum that broadcasts, if channels are last."""
    if call.attrs["data_format"] != "NHWC":
        return NotImplemented
    rank = call.rank(0)
    return add(call.aligned(0, rank), call.aligned(1, rank))


@batch(ops.BIAS_ADD_GRAD)
def bias_add_grad(call: BatchCall) -> Any:
    """The sum over all but the batch and the channels."""
    if call.attrs["data_format"] != "NHWC":
        return NotImplemented
    return reduce_sum(call.inputs[0], list(range(1, call.rank(0))))


@batch(ops.L2_LOSS)
def l2_loss(call: BatchCall) -> Any:
    """``Σ x² / 2`` of each element."""
    x = call.inputs[0]
    return reduce_sum(x * x, list(range(1, call.rank(0) + 1))) / 2
