from __future__ import annotations

import flowstone_image as image
import numpy as np
import pytest
from flowstone_autodiff.check import check_gradients
from flowstone_core.conversion import constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_image.resizing import ResizeMethod

METHODS = [value for name, value in vars(ResizeMethod).items() if name.isupper()]
PIXELS = np.random.RandomState(0).uniform(size=(2, 4, 5, 3)).astype("float32")


@pytest.mark.parametrize("method", [method for method in METHODS if method != "area"])
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("size", [(3, 7), (8, 2)])
def test_gradients(method, antialias, size):
    def resized(x):
        return image.resize(x, size, method, antialias=antialias)

    check_gradients(resized, [constant(PIXELS[:1, :, :, :1])], delta=0.5, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_image_stays_constant(method):
    x = np.full((3, 5, 1), 0.25, "float32")
    for size in ((2, 3), (7, 4), (3, 5)):
        np.testing.assert_allclose(image.resize(x, size, method).numpy(), 0.25, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_types(method):
    result = image.resize((PIXELS * 255).astype("uint8"), [4, 5], method)
    assert result.dtype == ("uint8" if method == "nearest" else "float32")


def test_the_aspect_ratio_is_kept():
    assert image.resize(PIXELS, [8, 8], preserve_aspect_ratio=True).shape == (2, 6, 8, 3)
    assert image.resize_with_pad(PIXELS, 8, 8).shape == (2, 8, 8, 3)
    assert not image.resize_with_pad(PIXELS, 8, 8).numpy()[:, -1].any()


def test_errors_say_what_is_wrong():
    with pytest.raises(ValueError, match="'lanczos3'"):
        image.resize(PIXELS, [2, 2], "cubic")
    with pytest.raises(ValueError, match="2 elements"):
        image.resize(PIXELS, [2])
    with pytest.raises(ValueError, match="int32"):
        image.resize(PIXELS, [2.0, 2.0])
    with pytest.raises(InvalidArgumentError, match="positive"):
        image.resize(PIXELS, [0, 2])
    with pytest.raises(InvalidArgumentError, match="empty"):
        image.resize(PIXELS[:, :0], [2, 2])
