"""Gradients of ``flowstone_image.ops.patches``."""

from __future__ import annotations

from typing import Any

from flowstone_autodiff import Call, gradient
from flowstone_autodiff.batch_registry import BatchCall, batch
from flowstone_autodiff.batching.conv import joined, parted
from flowstone_core.api import tf
from flowstone_core.tensor import Tensor

from flowstone_image.ops import patches as ops


@gradient(ops.EXTRACT_IMAGE_PATCHES)
def extract_image_patches(call: Call, dy: Tensor) -> Tensor:
    """Each pixel gets the sum over the patches it is in: patches of the pixels' numbers say which."""
    images = call.inputs[0]
    shape = tf.shape(images)
    batch, height, width, channels = (shape[axis] for axis in range(4))
    numbers = tf.reshape(tf.range(1, height * width + 1), [1, height, width, 1])  # 0 stands for padding
    which = tf.reshape(call.op(numbers, **call.attrs), [-1])
    given = tf.reshape(dy, [batch, -1, channels])
    sums = tf.math.unsorted_segment_sum(tf.transpose(given, [1, 0, 2]), which, height * width + 1)
    return tf.reshape(tf.transpose(sums[1:], [1, 0, 2]), shape)


@batch(ops.EXTRACT_IMAGE_PATCHES)
def patches_batch(call: BatchCall) -> Any:
    """The images of all elements one after the other."""
    images = call.inputs[0]
    return parted(call.op(joined(images), **call.attrs), images)
