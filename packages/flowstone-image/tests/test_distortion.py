"""Parts by chance: the stream of a seed; noise around glimpses; files of several frames."""

from __future__ import annotations

import io

import flowstone_image as image
import numpy as np
import pytest
from flowstone_core.api import tf
from flowstone_core.errors import InvalidArgumentError

BOX = [[[0.1, 0.2, 0.6, 0.8]]]


def test_parts_follow_the_seed():
    """TensorFlow 2.21 draws the same three parts."""
    tf.random.set_seed(3)
    drawn = [image.sample_distorted_bounding_box([50, 60, 3], BOX, seed=4, min_object_covered=0.5) for _ in range(3)]
    assert [(begin.numpy().tolist(), size.numpy().tolist()) for begin, size, _ in drawn] == [
        ([1, 0, 0], [45, 58, -1]),
        ([0, 3, 0], [48, 54, -1]),
        ([1, 6, 0], [41, 43, -1]),
    ]


def test_parts_cover_what_they_must():
    for seed in range(20):
        part = image.stateless_sample_distorted_bounding_box([50, 60, 3], BOX, [seed, 0], min_object_covered=0.8)
        top, left, bottom, right = part.bboxes.numpy().reshape(-1)
        height, width = max(0, min(bottom, 0.6) - max(top, 0.1)), max(0, min(right, 0.8) - max(left, 0.2))
        assert height * width / 0.3 >= 0.8 - 1e-5


@pytest.mark.parametrize(("noise", "least", "greatest"), [("uniform", 0.0, 103.0), ("gaussian", 3.0, 103.0)])
def test_noise_is_like_the_image(noise, least, greatest):
    pixels = np.stack([np.arange(16.0), np.linspace(3.0, 103.0, 16)], -1).reshape(1, 4, 4, 2).astype("float32")
    found = image.extract_glimpse(pixels, [40, 40], [[0.0, 0.0]], noise=noise).numpy()
    np.testing.assert_array_equal(found[0, 18:22, 18:22], pixels[0])
    around = found[0, :18, :, 1]
    assert least <= around.min() < around.max() <= greatest
    assert abs(around.mean() - 53) < 6


def test_each_frame_of_a_file_comes():
    pillow = pytest.importorskip("PIL.Image", reason="writes the file")
    frames = [np.full((2, 3, 3), value, np.uint8) for value in (10, 200)]
    file = io.BytesIO()
    first, second = map(pillow.fromarray, frames)
    first.save(file, "WEBP", lossless=True, save_all=True, append_images=[second])
    np.testing.assert_array_equal(image.decode_webp(file.getvalue()), np.stack(frames))
    with pytest.raises(InvalidArgumentError, match="decode_webp"):
        image.decode_jpeg(file.getvalue())
