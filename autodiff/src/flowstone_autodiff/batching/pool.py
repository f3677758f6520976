"""Batching of ``flowstone_core.ops.pool``: images of all elements, one after the other."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import pool as ops
from flowstone_core.ops.joining import concat

from flowstone_autodiff.batch_registry import BatchCall, batch
from flowstone_autodiff.batching.conv import joined, parted


@batch(ops.AVG_POOL, ops.AVG_POOL_3D, ops.MAX_POOL, ops.MAX_POOL_3D)
def pooling(call: BatchCall) -> Any:
    """Images are pooled one by one anyway."""
    x = call.inputs[0]
    return parted(call.op(joined(x), **call.attrs), x)


@batch(ops.AVG_POOL_GRAD, ops.AVG_POOL_3D_GRAD)
def average_grad(call: BatchCall) -> Any:
    """Images are pooled one by one anyway."""
    if not call.only(1):
        return NotImplemented
    to, dy = call.inputs
    return parted(call.op(concat([to[:1] * call.size, to[1:]], 0), joined(dy), **call.attrs), dy)


@batch(ops.MAX_POOL_GRAD, ops.MAX_POOL_GRAD_GRAD, ops.MAX_POOL_3D_GRAD, ops.MAX_POOL_3D_GRAD_GRAD)
def maximum_grad(call: BatchCall) -> Any:
    """Images are pooled one by one anyway."""
    x, y, dy = (call.full(index) for index in range(3))
    return parted(call.op(joined(x), joined(y), joined(dy), **call.attrs), dy)
