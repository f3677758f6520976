"""Gradients of ``flowstone_image.ops.projective``: as in TensorFlow, the gradient moved by the inverse transform.

That is the transposed map where pixels move by whole numbers; elsewhere it is an approximation.
"""

from __future__ import annotations

from typing import Any

from flowstone_autodiff import Call, gradient
from flowstone_autodiff.batch_registry import BatchCall, batch
from flowstone_autodiff.batching.conv import joined, parted
from flowstone_core.api import tf
from flowstone_core.tensor import Tensor

from flowstone_image.ops import projective as ops


def _inverse(transforms: Tensor) -> Any:
    """The transforms back: of the inverse matrices, scaled so that their last elements are 1."""
    count = tf.shape(transforms)[0]
    matrices = tf.reshape(tf.concat([transforms, tf.ones([count, 1], transforms.dtype)], 1), [-1, 3, 3])
    inverse = tf.linalg.inv(matrices)
    return tf.reshape(inverse / inverse[:, 2:3, 2:3], [-1, 9])[:, :8]


def _back(call: Call, dy: Tensor) -> Any:
    images, transforms = call.inputs[:2]
    return call.op(
        dy, _inverse(transforms), tf.shape(images)[1:3], *(tf.zeros([]) for _ in call.inputs[3:]), **call.attrs
    )


@gradient(ops.IMAGE_PROJECTIVE_TRANSFORM_V2)
def image_projective_transform_v2(call: Call, dy: Tensor) -> tuple[Any, None, None]:
    """``dy`` moved back."""
    return _back(call, dy), None, None


@gradient(ops.IMAGE_PROJECTIVE_TRANSFORM_V3)
def image_projective_transform_v3(call: Call, dy: Tensor) -> tuple[Any, None, None, None]:
    """``dy`` moved back."""
    return _back(call, dy), None, None, None


@batch(ops.IMAGE_PROJECTIVE_TRANSFORM_V2, ops.IMAGE_PROJECTIVE_TRANSFORM_V3)
def several(call: BatchCall) -> Any:
    """Images of all elements one after the other, each with its transform."""
    if not call.only(0, 1):
        return NotImplemented
    images, transforms = call.full(0), call.full(1)
    inner = tf.shape(images)[1]
    transforms = tf.broadcast_to(transforms, [call.size, inner, 8])
    moved = call.op(joined(images), tf.reshape(transforms, [-1, 8]), *call.inputs[2:], **call.attrs)
    return parted(moved, images)
