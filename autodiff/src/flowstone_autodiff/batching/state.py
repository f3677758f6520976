"""Batching of ``flowstone_core.ops.state``: many places of one variable at once."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import state as ops

from flowstone_autodiff.batch_registry import BatchCall, batch


@batch(ops.RESOURCE_GATHER)
def resource_gather(call: BatchCall) -> Any:
    """More indices."""
    if not call.only(1) or call.attrs["batch_dims"]:
        return NotImplemented
    return ops.RESOURCE_GATHER(*call.inputs, **call.attrs)


@batch(ops.RESOURCE_GATHER_ND)
def resource_gather_nd(call: BatchCall) -> Any:
    """More indices."""
    return ops.RESOURCE_GATHER_ND(*call.inputs, **call.attrs) if call.only(1) else NotImplemented
