"""TensorFlow 1's summaries; the expected values were written by TensorFlow 2.21."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from flowstone_summary import legacy
from PIL import Image

LARGEST = 1.7976931348623157e308


def test_a_histogram() -> None:
    values = np.array([0.0, -1.0, 1.0, 1.0, 1e-13, 5e19, 3e20], np.float32)
    made = legacy.histogram_value("h", values)
    assert made.tag == "h"
    assert (made.histo.min, made.histo.max, made.histo.num) == (-1, 3.000000060122632e20, 7)
    assert made.histo.sum == pytest.approx(3.5000000701430707e20)
    assert made.histo.sum_squares == pytest.approx(9.2500003707562346e40)
    assert list(zip(made.histo.bucket_limit, made.histo.bucket, strict=True)) == [
        (-1.0089710279437536, 0),
        (-0.917246389039776, 1),
        (0, 0),
        (1e-12, 2),
        (0.917246389039776, 0),
        (1.0089710279437536, 2),
        (4.6281150450023924e19, 0),
        (5.0909265495026319e19, 1),
        (9.9207756218597835e19, 0),
        (LARGEST, 1),
    ]


def test_an_empty_histogram() -> None:
    made = legacy.histogram_value("h", np.zeros([0])).histo
    assert (made.min, made.max, made.num) == (LARGEST, -LARGEST, 0)
    assert (list(made.bucket_limit), list(made.bucket)) == ([LARGEST], [0])


def pixels(image: Any, max_images: int = 3) -> list[Any]:
    color = np.array([255, 1, 2, 3], np.uint8)
    values = legacy.image_values("i", np.asarray(image), max_images, color)
    return [np.asarray(Image.open(io.BytesIO(value.image.encoded_image_string))).tolist() for value in values]


def test_floats_are_scaled_to_their_largest() -> None:
    assert pixels(np.array([[[[0.0], [0.5], [2.0]]]])) == [[[0, 63, 255]]]


def test_floats_around_zero_are_scaled_around_128() -> None:
    assert pixels(np.array([[[[-1.0], [0.0], [0.5], [1.0]]]])) == [[[1, 128, 191, 255]]]


def test_pixels_that_are_not_finite_have_the_bad_color() -> None:
    assert pixels(np.array([[[[1.0, np.nan, 0.0], [1.0, 0.0, 0.5]]]])) == [[[[255, 1, 2], [255, 0, 127]]]]
    assert pixels(np.full((1, 1, 1, 1), np.inf)) == [[[255]]]


def test_a_black_image_stays_black() -> None:
    assert pixels(np.zeros((1, 1, 1, 1), np.float32)) == [[[0]]]


def test_bytes_stay_and_images_are_limited() -> None:
    images = np.arange(12, dtype=np.uint8).reshape(3, 1, 1, 4)
    assert pixels(images, 2) == images[:2].tolist()


@pytest.mark.parametrize(("limit", "tags"), [(1, ["x/audio"]), (2, ["x/audio/0", "x/audio/1"])])
def test_tags_of_clips(limit: int, tags: list[str]) -> None:
    clips = np.zeros((3, 4), np.float32)
    values = list(legacy.audio_values("x", clips, 8000.5, limit))
    assert [value.tag for value in values] == tags
    assert values[0].audio.sample_rate == 8000.5
    assert values[0].audio.content_type == "audio/wav"
    assert (values[0].audio.num_channels, values[0].audio.length_frames) == (1, 4)
