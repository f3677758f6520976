from __future__ import annotations

import flowstone_image as image
import numpy as np
import pytest
from flowstone_autodiff.check import check_gradients
from flowstone_autodiff.tape import GradientTape
from flowstone_core.conversion import constant

RANDOM = np.random.RandomState(0)


def test_the_gradient_of_hues():
    check_gradients(image.rgb_to_hsv, [constant(RANDOM.uniform(0.1, 1, size=(20, 3)))], rtol=1e-4)


def test_contrast_has_no_gradient_as_in_tensorflow():
    x = constant(RANDOM.uniform(size=(2, 3, 4, 2)).astype("float32"))
    with GradientTape() as tape:
        tape.watch(x)
        y = image.adjust_contrast(x, 1.5)
    with pytest.raises(LookupError, match="AdjustContrastv2"):
        tape.gradient(y, x)


@pytest.mark.parametrize("pair", [("hsv", "rgb_to_hsv"), ("yiq", "rgb_to_yiq"), ("yuv", "rgb_to_yuv")])
def test_there_and_back(pair):
    x = RANDOM.uniform(size=(3, 4, 3))
    back = getattr(image, f"{pair[0]}_to_rgb")(getattr(image, pair[1])(x))
    np.testing.assert_allclose(back.numpy(), x, atol=1e-4)


def test_integers_stay_in_their_range():
    x = np.array([[[0, 128, 255]]], "uint8")
    assert image.adjust_brightness(x, 0.5).numpy().tolist() == [[[127, 255, 255]]]
    assert image.convert_image_dtype(x, "int8").numpy().tolist() == [[[0, 64, 127]]]


def test_greys():
    gray = image.rgb_to_grayscale(np.array([[[10, 20, 30]]], "uint8"))
    assert gray.numpy().tolist() == [[[18]]]
    assert image.grayscale_to_rgb(gray).numpy().tolist() == [[[18, 18, 18]]]
    with pytest.raises(ValueError, match="size 1"):
        image.grayscale_to_rgb(np.zeros((2, 2, 3)))


def test_errors_say_what_is_wrong():
    with pytest.raises(ValueError, match=r"\[-1, 1\]"):
        image.adjust_hue(np.zeros((1, 1, 3), "float32"), 2.0)
    with pytest.raises(ValueError, match="non-negative"):
        image.random_brightness(np.zeros((1, 1, 3), "float32"), -1.0)
    with pytest.raises(AttributeError, match="complex64"):
        image.convert_image_dtype(np.zeros(3, "float32"), "complex64")
