"""Batching of ``flowstone_core.ops.cumulative``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import cumulative as ops

from flowstone_autodiff.batch_registry import BatchCall, batch
from flowstone_autodiff.batching.array import behind


@batch(ops.CUMPROD, ops.CUMSUM, ops.CUMULATIVE_LOGSUMEXP)
def cumulative(call: BatchCall) -> Any:
    """The dimension is one behind the batch."""
    x, axis = call.inputs
    return call.op(x, behind(axis), **call.attrs) if call.only(0) else NotImplemented
