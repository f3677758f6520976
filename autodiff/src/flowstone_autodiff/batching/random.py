"""Batching of ``flowstone_core.ops.random``: numbers of its own for each element."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import random as ops

from flowstone_autodiff.batch_registry import BatchCall, batch


@batch(ops.RANDOM_STANDARD_NORMAL, ops.RANDOM_UNIFORM, ops.RANDOM_UNIFORM_INT, ops.TRUNCATED_NORMAL, always=True)
def filled(call: BatchCall) -> Any:
    """More numbers."""
    if any(call.batched):
        return NotImplemented
    return call.op(call.sized(call.inputs[0]), *call.inputs[1:], **call.attrs)
