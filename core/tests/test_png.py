from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from flowstone_core.png import encode_png
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image


@given(
    hnp.arrays(
        np.uint8,
        st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4)),
        elements=st.one_of(st.integers(0, 255), st.sampled_from([0, 128, 255])),
    )
)
def test_pillow_reads_the_same_bytes(image: np.ndarray[Any, Any]) -> None:
    opened = Image.open(io.BytesIO(encode_png(image)))
    assert opened.mode == {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[image.shape[2]]
    np.testing.assert_array_equal(np.asarray(opened).reshape(image.shape), image)


@given(hnp.arrays(np.uint16, st.tuples(st.integers(1, 5), st.integers(1, 5), st.just(1))))
def test_pillow_reads_the_same_16_bits(image: np.ndarray[Any, Any]) -> None:
    opened = Image.open(io.BytesIO(encode_png(image)))
    np.testing.assert_array_equal(np.asarray(opened).reshape(image.shape), image)


def test_smooth_images_are_small() -> None:
    y, x = np.mgrid[:256, :256]
    image = np.stack([x, y, (x + y) // 2], axis=-1).astype(np.uint8)
    assert len(encode_png(image)) < image.nbytes / 50


def test_views_and_levels() -> None:
    image = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)[::-1, ::2]
    for level in (-1, 0, 9):
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(encode_png(image, level)))), image)


@pytest.mark.parametrize(
    ("shape", "dtype", "message"),
    [
        ((2, 2), np.uint8, "shape"),
        ((2, 2, 5), np.uint8, "1 to 4 channels"),
        ((2, 2, 1), np.float32, "uint8 or uint16"),
        ((0, 2, 1), np.uint8, "no pixels"),
    ],
)
def test_what_is_no_image(shape: tuple[int, ...], dtype: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encode_png(np.zeros(shape, dtype))
