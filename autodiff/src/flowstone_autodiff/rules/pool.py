"""Gradients of ``flowstone_core.ops.pool``.

Pooling is linear once it is known which elements are largest, so that second derivatives by the input are zero
and the gradient's gradient is a pooling again.
"""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import pool as ops
from flowstone_core.ops.array import shape
from flowstone_core.ops.filling import zeros_like
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, undefined
from flowstone_autodiff.static import ints

Triple = tuple[Any, Any, Any]

# -- largest elements ------------------------------------------------------------------------------------------------


def _second(attrs: dict[str, Any]) -> dict[str, Any]:
    """The attributes of the op for second derivatives, which has no explicit paddings."""
    return {name: value for name, value in attrs.items() if name != "explicit_paddings"}


@gradient(ops.MAX_POOL)
def max_pool_gradient(call: Call, dy: Tensor) -> Any:
    """The largest element of each window gets ``dy``."""
    return ops.MAX_POOL_GRAD(call.inputs[0], call.output, dy, **call.attrs)


@gradient(ops.MAX_POOL_GRAD)
def max_pool_grad_gradient(call: Call, dz: Tensor) -> Triple:
    """Linear in ``dy``: each window takes what stands at its largest element."""
    x, y, _ = call.inputs
    return zeros_like(x), zeros_like(y), ops.MAX_POOL_GRAD_GRAD(x, y, dz, **_second(call.attrs))


@gradient(ops.MAX_POOL_GRAD_GRAD)
def max_pool_grad_grad_gradient(call: Call, dz: Tensor) -> Triple:
    """Linear in its last input."""
    x, y, _ = call.inputs
    return zeros_like(x), zeros_like(y), ops.MAX_POOL_GRAD(x, y, dz, **call.attrs)


@gradient(ops.MAX_POOL_V2)
def max_pool_v2_gradient(call: Call, dy: Tensor) -> Triple:
    """The largest element of each window gets ``dy``."""
    x, ksize, strides = call.inputs
    return ops.MAX_POOL_GRAD_V2(x, call.output, dy, ksize, strides, **call.attrs), None, None


@gradient(ops.MAX_POOL_GRAD_V2)
def max_pool_grad_v2_gradient(call: Call, dz: Tensor) -> tuple[Any, ...]:
    """Linear in ``dy``: each window takes what stands at its largest element."""
    x, y, _, ksize, strides = call.inputs
    windows, steps = ints(ksize), ints(strides)
    if windows is None or steps is None:
        raise ValueError("The second derivative of MaxPoolV2 needs windows and strides known at tracing time.")
    back = ops.MAX_POOL_GRAD_GRAD(x, y, dz, ksize=windows, strides=steps, **call.attrs)
    return zeros_like(x), zeros_like(y), back, None, None


@gradient(ops.MAX_POOL_3D)
def max_pool_3d_gradient(call: Call, dy: Tensor) -> Any:
    """The largest element of each window gets ``dy``."""
    return ops.MAX_POOL_3D_GRAD(call.inputs[0], call.output, dy, **call.attrs)


@gradient(ops.MAX_POOL_3D_GRAD)
def max_pool_3d_grad_gradient(call: Call, dz: Tensor) -> Triple:
    """Linear in ``dy``: each window takes what stands at its largest element."""
    x, y, _ = call.inputs
    return zeros_like(x), zeros_like(y), ops.MAX_POOL_3D_GRAD_GRAD(x, y, dz, **call.attrs)


@gradient(ops.MAX_POOL_3D_GRAD_GRAD)
def max_pool_3d_grad_grad_gradient(call: Call, dz: Tensor) -> Triple:
    """Linear in its last input."""
    x, y, _ = call.inputs
    return zeros_like(x), zeros_like(y), ops.MAX_POOL_3D_GRAD(x, y, dz, **call.attrs)


# -- largest elements and their places -------------------------------------------------------------------------------


def _places(call: Call) -> dict[str, Any]:
    return {name: call.attrs[name] for name in ("ksize", "strides", "padding", "include_batch_in_index")}


@gradient(ops.MAX_POOL_WITH_ARGMAX)
def max_pool_with_argmax_gradient(call: Call, dy: Tensor, d_places: None) -> Any:
    """The largest element of each window gets ``dy``."""
    return ops.MAX_POOL_GRAD_WITH_ARGMAX(call.inputs[0], dy, call.outputs[1], **_places(call))


@gradient(ops.MAX_POOL_GRAD_WITH_ARGMAX)
def max_pool_grad_with_argmax_gradient(call: Call, dz: Tensor) -> Triple:
    """Linear in ``dy``: each window takes what stands at its largest element."""
    x, _, places = call.inputs
    return zeros_like(x), ops.MAX_POOL_GRAD_GRAD_WITH_ARGMAX(x, dz, places, **_places(call)), None


@gradient(ops.MAX_POOL_GRAD_GRAD_WITH_ARGMAX)
def max_pool_grad_grad_with_argmax_gradient(call: Call, dz: Tensor) -> Triple:
    """Linear in its second input."""
    x, _, places = call.inputs
    return zeros_like(x), ops.MAX_POOL_GRAD_WITH_ARGMAX(x, dz, places, **_places(call)), None


# -- averages --------------------------------------------------------------------------------------------------------


@gradient(ops.AVG_POOL)
def avg_pool_gradient(call: Call, dy: Tensor) -> Any:
    """Each of a window's ``n`` elements gets ``dy / n``."""
    return ops.AVG_POOL_GRAD(shape(call.inputs[0]), dy, **call.attrs)


@gradient(ops.AVG_POOL_GRAD)
def avg_pool_grad_gradient(call: Call, dz: Tensor) -> tuple[None, Any]:
    """Linear: the average again."""
    return None, ops.AVG_POOL(dz, **call.attrs)


@gradient(ops.AVG_POOL_3D)
def avg_pool_3d_gradient(call: Call, dy: Tensor) -> Any:
    """Each of a window's ``n`` elements gets ``dy / n``."""
    return ops.AVG_POOL_3D_GRAD(shape(call.inputs[0]), dy, **call.attrs)


@gradient(ops.AVG_POOL_3D_GRAD)
def avg_pool_3d_grad_gradient(call: Call, dz: Tensor) -> tuple[None, Any]:
    """Linear: the average again."""
    return None, ops.AVG_POOL_3D(dz, **call.attrs)


# -- dilation --------------------------------------------------------------------------------------------------------


@gradient(ops.DILATION_2D)
def dilation_gradient(call: Call, dy: Tensor) -> tuple[Any, Any]:
    """The largest sum of each window gives ``dy`` to its element and to its weight."""
    x, kernel = call.inputs
    return (
        ops.DILATION_2D_BACKPROP_INPUT(x, kernel, dy, **call.attrs) if call.wants(0) else None,
        ops.DILATION_2D_BACKPROP_FILTER(x, kernel, dy, **call.attrs) if call.wants(1) else None,
    )


undefined(
    ops.DILATION_2D_BACKPROP_FILTER,
    ops.DILATION_2D_BACKPROP_INPUT,
    because="tf.nn.dilation2d has first derivatives only, as in TensorFlow.",
)
