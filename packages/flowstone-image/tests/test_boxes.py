from __future__ import annotations

import flowstone_image as image
import numpy as np
import pytest
from flowstone_autodiff.check import check_gradients
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError, OutOfRangeError

PIXELS = np.random.RandomState(0).uniform(size=(2, 5, 6, 2)).astype("float32")
BOXES = np.array([[0.11, 0.23, 0.83, 0.91], [0.87, 0.71, 0.23, 0.12]], "float32")


def test_the_gradient_of_crops_by_the_images():
    def cropped(x):
        return image.crop_and_resize(x, BOXES, [1, 0], [3, 4])

    check_gradients(cropped, [constant(PIXELS)], order=1, delta=0.5, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_the_gradient_of_patches(padding):
    def patches(x):
        return image.extract_patches(x, [1, 3, 2, 1], [1, 2, 1, 1], [1, 1, 2, 1], padding)

    check_gradients(patches, [constant(PIXELS.astype("float64"))])


def test_batches_of_boxes():
    boxes = np.tile(BOXES, (3, 1, 1))
    indices, counts = image.non_max_suppression_padded(
        boxes, np.ones((3, 2), "float32"), 4, pad_to_max_output_size=True
    )
    assert indices.shape == (3, 4)
    assert counts.numpy().tolist() == [2, 2, 2]
    with pytest.raises(ValueError, match="pad_to_max_output_size"):
        image.non_max_suppression_padded(boxes, np.ones((3, 2), "float32"), 4)


def test_errors_say_what_is_wrong():
    with pytest.raises(OutOfRangeError, match="box indices"):
        image.crop_and_resize(PIXELS, BOXES, [0, 2], [2, 2])
    with pytest.raises(InvalidArgumentError, match=r"boxes \[n, 4\]"):
        image.crop_and_resize(PIXELS, BOXES[:, :3], [0, 1], [2, 2])
    with pytest.raises(InvalidArgumentError, match="positive"):
        image.crop_and_resize(PIXELS, BOXES, [0, 1], [0, 2])
    with pytest.raises(InvalidArgumentError, match="iou_threshold"):
        image.non_max_suppression(BOXES, [1.0, 2.0], 2, 1.5)
    with pytest.raises(InvalidArgumentError, match="scores"):
        image.non_max_suppression(BOXES, [1.0], 2)
