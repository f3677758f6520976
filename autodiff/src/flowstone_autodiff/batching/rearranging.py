"""Batching of ``flowstone_core.ops.rearranging``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import rearranging as ops
from flowstone_core.ops.cast import cast
from flowstone_core.ops.joining import concat

from flowstone_autodiff.batch_registry import BatchCall, batch
from flowstone_autodiff.batching.array import behind


@batch(ops.PAD, ops.MIRROR_PAD, ops.MIRROR_PAD_GRAD)
def pad(call: BatchCall) -> Any:
    """The batch is not padded."""
    return call.op(call.inputs[0], _paddings(call), **call.attrs) if call.only(0) else NotImplemented


@batch(ops.PAD_V2)
def pad_v2(call: BatchCall) -> Any:
    """The batch is not padded."""
    return ops.PAD_V2(call.inputs[0], _paddings(call), call.inputs[2]) if call.only(0) else NotImplemented


def _paddings(call: BatchCall) -> Any:
    return concat([cast([[0, 0]], call.inputs[1].dtype), call.inputs[1]], 0)


@batch(ops.REVERSE_V2)
def reverse(call: BatchCall) -> Any:
    """The dimensions are one behind the batch."""
    return ops.REVERSE_V2(call.inputs[0], behind(call.inputs[1])) if call.only(0) else NotImplemented


@batch(ops.ROLL)
def roll(call: BatchCall) -> Any:
    """The dimensions are one behind the batch."""
    x, shift, axis = call.inputs
    return ops.ROLL(x, shift, behind(axis)) if call.only(0) else NotImplemented
