"""Batching of ``flowstone_core.ops.reduce``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import reduce as ops

from flowstone_autodiff.batch_registry import BatchCall, batch
from flowstone_autodiff.batching.array import behind


@batch(
    ops.ALL,
    ops.ANY,
    ops.ARG_MAX,
    ops.ARG_MIN,
    ops.EUCLIDEAN_NORM,
    ops.MAX,
    ops.MEAN,
    ops.MIN,
    ops.PROD,
    ops.SUM,
)
def reduced(call: BatchCall) -> Any:
    """The dimensions are one behind the batch."""
    x, axes = call.inputs
    return call.op(x, behind(axes), **call.attrs) if call.only(0) else NotImplemented
