"""Batching of ``flowstone_core.ops.conv``: images of all elements, one after the other.

Elements with filters of their own are convolved one by one.
"""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import conv as ops
from flowstone_core.ops.array import reshape
from flowstone_core.ops.joining import concat
from flowstone_core.tensor import Tensor

from flowstone_autodiff.batch_registry import BatchCall, batch
from flowstone_autodiff.static import product, sizes


def joined(x: Tensor) -> Any:
    """The first two dimensions as one."""
    first, second, *rest = sizes(x)
    return reshape(x, [product([first, second]), *rest])


def parted(x: Tensor, like: Tensor) -> Any:
    """The first dimension as the first two of ``like``."""
    return reshape(x, [*sizes(like)[:2], *sizes(x)[1:]])


@batch(ops.CONV_2D, ops.CONV_3D, ops.DEPTHWISE_CONV)
def convolution(call: BatchCall) -> Any:
    """The same filter for all images."""
    if not call.only(0):
        return NotImplemented
    x, kernel = call.inputs
    return parted(call.op(joined(x), kernel, **call.attrs), x)


@batch(ops.CONV_2D_BACKPROP_INPUT, ops.CONV_3D_BACKPROP_INPUT_V2, ops.DEPTHWISE_CONV_BACKPROP_INPUT)
def by_input(call: BatchCall) -> Any:
    """The same filter for all gradients."""
    if not call.only(2):
        return NotImplemented
    to, kernel, dy = call.inputs
    many = concat([to[:1] * call.size, to[1:]], 0)
    return parted(call.op(many, kernel, joined(dy), **call.attrs), dy)
