"""Gradients of ``flowstone_image.ops.resize``: resizing is linear, so each is the transposed one, and back."""

from __future__ import annotations

from typing import Any

from flowstone_autodiff import Call, gradient, undefined
from flowstone_autodiff.batch_registry import BatchCall, batch
from flowstone_autodiff.batching.conv import joined, parted
from flowstone_core.api import tf
from flowstone_core.op import Op
from flowstone_core.tensor import Tensor

from flowstone_image.ops import resize as ops

_BACK: dict[Op, Op] = {
    ops.RESIZE_BILINEAR: ops.RESIZE_BILINEAR_GRAD,
    ops.RESIZE_BICUBIC: ops.RESIZE_BICUBIC_GRAD,
}
_FORWARD = {back: forward for forward, back in _BACK.items()}


def _size(images: Tensor) -> Any:
    return tf.shape(images)[1:3]


@gradient(ops.RESIZE_BILINEAR, ops.RESIZE_BICUBIC)
def resize(call: Call, dy: Tensor) -> Any:
    """To floating point images only."""
    images = call.inputs[0]
    return (_BACK[call.op](dy, images, **call.attrs) if images.dtype.is_floating else None), None


@gradient(ops.RESIZE_BILINEAR_GRAD, ops.RESIZE_BICUBIC_GRAD)
def resize_back(call: Call, dz: Tensor) -> Any:
    """Linear in the gradient."""
    grads, images = call.inputs
    return _FORWARD[call.op](dz, _size(grads), **call.attrs), tf.zeros_like(images)


@gradient(ops.RESIZE_NEAREST)
def nearest(call: Call, dy: Tensor) -> Any:
    """Each place gets the sum over those that took it."""
    images = call.inputs[0]
    return ops.RESIZE_NEAREST_GRAD(dy, _size(images), **call.attrs), None


@gradient(ops.RESIZE_NEAREST_GRAD)
def nearest_back(call: Call, dz: Tensor) -> Any:
    """Linear."""
    return ops.RESIZE_NEAREST(dz, _size(call.inputs[0]), **call.attrs), None


@gradient(ops.SCALE_AND_TRANSLATE)
def scale_and_translate(call: Call, dy: Tensor) -> Any:
    """To the images; where they are filtered from has no gradient."""
    images, _, scale, translation = call.inputs
    if not images.dtype.is_floating:
        return None, None, None, None
    like = tf.cast(images, tf.float32)
    back = ops.SCALE_AND_TRANSLATE_GRAD(dy, like, scale, translation, **call.attrs)
    return tf.cast(back, images.dtype), None, None, None


@gradient(ops.SCALE_AND_TRANSLATE_GRAD)
def scale_and_translate_back(call: Call, dz: Tensor) -> Any:
    """Linear in the gradient."""
    grads, images, scale, translation = call.inputs
    return (
        ops.SCALE_AND_TRANSLATE(dz, _size(grads), scale, translation, **call.attrs),
        tf.zeros_like(images),
        None,
        None,
    )


undefined(ops.RESIZE_AREA, because="Resize with another method: 'bilinear' with antialias=True is nearest to it.")

# -- batches -------------------------------------------------------------------------------------------------------


@batch(ops.RESIZE_BILINEAR, ops.RESIZE_BICUBIC, ops.RESIZE_NEAREST, ops.RESIZE_AREA, ops.SCALE_AND_TRANSLATE)
def resize_batch(call: BatchCall) -> Any:
    """The images of all elements one after the other."""
    if not call.only(0):
        return NotImplemented
    images = call.inputs[0]
    return parted(call.op(joined(images), *call.inputs[1:], **call.attrs), images)


@batch(ops.RESIZE_BILINEAR_GRAD, ops.RESIZE_BICUBIC_GRAD, ops.SCALE_AND_TRANSLATE_GRAD)
def resize_back_batch(call: BatchCall) -> Any:
    """The gradients, and the images, of all elements one after the other."""
    if not call.only(0, 1):
        return NotImplemented
    grads, images = call.full(0), call.full(1)
    return parted(call.op(joined(grads), joined(images), *call.inputs[2:], **call.attrs), grads)


@batch(ops.RESIZE_NEAREST_GRAD)
def nearest_back_batch(call: BatchCall) -> Any:
    """The gradients of all elements one after the other."""
    return resize_batch(call)
