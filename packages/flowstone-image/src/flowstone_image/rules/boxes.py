"""Gradients of ``flowstone_image.ops.boxes``."""

from __future__ import annotations

from typing import Any

from flowstone_autodiff import Call, gradient, not_differentiable, undefined
from flowstone_autodiff.batch_registry import BatchCall, batch
from flowstone_autodiff.batching.conv import joined, parted
from flowstone_core.api import tf
from flowstone_core.tensor import Tensor

from flowstone_image.ops import boxes as ops


@gradient(ops.CROP_AND_RESIZE)
def crop_and_resize(call: Call, dy: Tensor) -> tuple[Any, Any, None, None]:
    """To the images, and to the boxes."""
    image, boxes, indices, _ = call.inputs
    to_image = None
    if image.dtype.is_floating:
        to_image = ops.CROP_AND_RESIZE_GRAD_IMAGE(
            dy, boxes, indices, tf.shape(image), T=image.dtype, method=call.attrs["method"]
        )
    return to_image, ops.CROP_AND_RESIZE_GRAD_BOXES(dy, image, boxes, indices), None, None


@gradient(ops.CROP_AND_RESIZE_GRAD_IMAGE)
def crop_and_resize_back(call: Call, dz: Tensor) -> tuple[Any, None, None, None]:
    """Linear in the gradient; the boxes' part is left out."""
    grads, boxes, indices, _ = call.inputs
    size = tf.shape(grads)[1:3]
    return ops.CROP_AND_RESIZE(dz, boxes, indices, size, method=call.attrs["method"]), None, None, None


not_differentiable(ops.DRAW_BOUNDING_BOXES)
undefined(
    ops.CROP_AND_RESIZE_GRAD_BOXES,
    ops.DRAW_BOUNDING_BOXES_V2,
    because="TensorFlow has none either: boxes of tf.image.crop_and_resize have first derivatives only.",
)


@batch(ops.CROP_AND_RESIZE)
def crop_and_resize_batch(call: BatchCall) -> Any:
    """The images of all elements one after the other; each element's boxes count from its own first image."""
    if not call.only(0, 1, 2):
        return NotImplemented
    images, boxes, indices = (call.full(index) for index in range(3))
    first = tf.reshape(tf.range(tf.shape(images)[0]), [-1, 1]) * tf.shape(images)[1]
    crops = call.op(joined(images), joined(boxes), joined(indices + first), call.inputs[3], **call.attrs)
    return parted(crops, boxes)


@batch(ops.DRAW_BOUNDING_BOXES, ops.DRAW_BOUNDING_BOXES_V2)
def draw_batch(call: BatchCall) -> Any:
    """The images of all elements one after the other, in the same colours."""
    if not call.only(0, 1):
        return NotImplemented
    images, boxes = call.full(0), call.full(1)
    return parted(call.op(joined(images), joined(boxes), *call.inputs[2:]), images)
