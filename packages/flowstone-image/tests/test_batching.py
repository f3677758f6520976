"""``tf.vectorized_map`` over image ops gives what a loop gives, without one."""

from __future__ import annotations

import flowstone_image as image
import numpy as np
import pytest
from flowstone_autodiff import batched
from flowstone_autodiff.tape import GradientTape
from flowstone_autodiff.vectorized_map import vectorized_map
from flowstone_core.api import tf
from flowstone_core.raw_ops import __getattr__ as raw

RANDOM = np.random.RandomState(0)
IMAGES = RANDOM.uniform(size=(3, 2, 6, 5, 3)).astype("float32")
BOXES = RANDOM.uniform(size=(3, 2, 4, 4)).astype("float32")
TRANSFORMS = (np.array([1, 0.1, 0.5, -0.1, 1, -1, 0, 0]) + RANDOM.uniform(0, 0.1, (3, 2, 8))).astype("float32")
SHIFT = TRANSFORMS[0, :1]


def moved(images, transforms):
    return raw("ImageProjectiveTransformV3")(
        images=images, transforms=transforms, output_shape=[4, 7], fill_value=0.5, interpolation="BILINEAR"
    )


FUNCTIONS = {
    "bilinear": lambda x, b, t: image.resize(x, [3, 8]),
    "bicubic": lambda x, b, t: image.resize(x, [3, 8], "bicubic"),
    "nearest": lambda x, b, t: image.resize(x, [3, 8], "nearest"),
    "area": lambda x, b, t: image.resize(x, [3, 8], "area"),
    "antialias": lambda x, b, t: image.resize(x, [3, 8], antialias=True),
    "hsv": lambda x, b, t: image.hsv_to_rgb(image.rgb_to_hsv(x)),
    "contrast": lambda x, b, t: image.adjust_contrast(x, 1.5),
    "hue": lambda x, b, t: image.adjust_hue(x, 0.2),
    "saturation": lambda x, b, t: image.adjust_saturation(x, 0.5),
    "patches": lambda x, b, t: image.extract_patches(x, [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], "SAME"),
    "crops": lambda x, b, t: image.crop_and_resize(x, b[0], [1, 0, 1, 1], [3, 4]),
    "crops of one": lambda x, b, t: image.crop_and_resize(IMAGES[0], b[0], [1, 0, 1, 1], [3, 4]),
    "drawn": lambda x, b, t: image.draw_bounding_boxes(x, b, np.eye(3, dtype="float32")),
    "moved": lambda x, b, t: moved(x, t),
    "moved alike": lambda x, b, t: moved(x, SHIFT),
}
SMOOTH = ("bilinear", "bicubic", "nearest", "antialias", "patches", "crops", "moved")


def no_loop(*arguments, **options):
    raise AssertionError("it goes element by element")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values(name, monkeypatch):
    function = FUNCTIONS[name]
    arguments = tuple(map(tf.constant, (IMAGES, BOXES, TRANSFORMS)))
    expected = np.stack([function(*(each[i] for each in arguments)) for i in range(3)])
    monkeypatch.setattr(batched.Batcher, "_one_by_one", no_loop)
    np.testing.assert_allclose(vectorized_map(lambda each: function(*each), arguments), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", SMOOTH)
def test_gradients(name):
    function = FUNCTIONS[name]

    def gradient(each):
        x, boxes, transforms = each
        with GradientTape() as tape:
            tape.watch(x)
            y = function(x, boxes, transforms)
        return tape.gradient(y, x)

    arguments = tuple(map(tf.constant, (IMAGES, BOXES, TRANSFORMS)))
    expected = np.stack([gradient(tuple(each[i] for each in arguments)) for i in range(3)])
    np.testing.assert_allclose(vectorized_map(gradient, arguments), expected, rtol=1e-4, atol=1e-4)
