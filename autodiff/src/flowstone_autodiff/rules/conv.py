"""Gradients of ``flowstone_core.ops.conv``.

A convolution is linear in the input and in the filter, so its derivatives, and theirs, are made of the same
three ops: the convolution, its transpose by the input, and its transpose by the filter.
"""

from __future__ import annotations

from typing import Any

from flowstone_core.op import Op
from flowstone_core.ops import conv as ops
from flowstone_core.ops.array import shape
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient

Pair = tuple[Any, Any]
Triple = tuple[Any, Any, Any]

# the convolution, by the input, by the filter
_FAMILIES: tuple[tuple[Op, Op, Op], ...] = (
    (ops.CONV_2D, ops.CONV_2D_BACKPROP_INPUT, ops.CONV_2D_BACKPROP_FILTER),
    (ops.DEPTHWISE_CONV, ops.DEPTHWISE_CONV_BACKPROP_INPUT, ops.DEPTHWISE_CONV_BACKPROP_FILTER),
    (ops.CONV_3D, ops.CONV_3D_BACKPROP_INPUT_V2, ops.CONV_3D_BACKPROP_FILTER_V2),
)
_FAMILY = {op: family for family in _FAMILIES for op in family}
# older forms, which take the input and the filter where the others take a shape
_OLD = {
    ops.CONV_2D_BACKPROP_INPUT_V2: _FAMILIES[0],
    ops.CONV_2D_BACKPROP_FILTER_V2: _FAMILIES[0],
    ops.CONV_3D_BACKPROP_INPUT: _FAMILIES[2],
    ops.CONV_3D_BACKPROP_FILTER: _FAMILIES[2],
}


@gradient(ops.CONV_2D, ops.DEPTHWISE_CONV, ops.CONV_3D)
def conv_gradient(call: Call, dy: Tensor) -> Pair:
    """The transposes of the convolution, applied to ``dy``."""
    x, kernel = call.inputs
    _, by_input, by_filter = _FAMILY[call.op]
    return (
        by_input(shape(x), kernel, dy, **call.attrs) if call.wants(0) else None,
        by_filter(x, shape(kernel), dy, **call.attrs) if call.wants(1) else None,
    )


@gradient(ops.CONV_2D_BACKPROP_INPUT, ops.DEPTHWISE_CONV_BACKPROP_INPUT, ops.CONV_3D_BACKPROP_INPUT_V2)
def backprop_input_gradient(call: Call, dx: Tensor) -> Triple:
    """Linear in the filter and in ``dy``: ``dx`` takes the place of the input."""
    _, kernel, dy = call.inputs
    forward, _, by_filter = _FAMILY[call.op]
    return (
        None,
        by_filter(dx, shape(kernel), dy, **call.attrs) if call.wants(1) else None,
        forward(dx, kernel, **call.attrs) if call.wants(2) else None,
    )


@gradient(ops.CONV_2D_BACKPROP_FILTER, ops.DEPTHWISE_CONV_BACKPROP_FILTER, ops.CONV_3D_BACKPROP_FILTER_V2)
def backprop_filter_gradient(call: Call, dk: Tensor) -> Triple:
    """Linear in the input and in ``dy``: ``dk`` takes the place of the filter."""
    x, _, dy = call.inputs
    forward, by_input, _ = _FAMILY[call.op]
    return (
        by_input(shape(x), dk, dy, **call.attrs) if call.wants(0) else None,
        None,
        forward(x, dk, **call.attrs) if call.wants(2) else None,
    )


@gradient(ops.CONV_2D_BACKPROP_INPUT_V2, ops.CONV_3D_BACKPROP_INPUT)
def old_backprop_input_gradient(call: Call, dx: Tensor) -> Triple:
    """Linear in the filter and in ``dy``; of the input it takes the shape alone."""
    _, kernel, dy = call.inputs
    forward, _, by_filter = _OLD[call.op]
    return None, by_filter(dx, shape(kernel), dy, **call.attrs), forward(dx, kernel, **call.attrs)


@gradient(ops.CONV_2D_BACKPROP_FILTER_V2, ops.CONV_3D_BACKPROP_FILTER)
def old_backprop_filter_gradient(call: Call, dk: Tensor) -> Triple:
    """Linear in the input and in ``dy``; of the filter it takes the shape alone."""
    x, _, dy = call.inputs
    forward, by_input, _ = _OLD[call.op]
    return by_input(shape(x), dk, dy, **call.attrs), None, forward(x, dk, **call.attrs)
