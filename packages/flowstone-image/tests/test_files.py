from __future__ import annotations

import io

import flowstone_image as image
import numpy as np
import pytest
from flowstone_core.errors import InvalidArgumentError
from PIL import Image

SMOOTH = np.fromfunction(lambda y, x, c: 40 * c + 3 * x + 2 * y, (23, 37, 3)).astype("uint8")


def written(pixels, kind, **options):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_without_loss(kind):
    assert (image.decode_image(written(SMOOTH, kind)).numpy() == SMOOTH).all()


@pytest.mark.parametrize("options", [{}, {"quality": 80}, {"progressive": True}, {"chroma_downsampling": False}])
def test_jpeg(options):
    encoded = image.encode_jpeg(SMOOTH, **options)
    assert bool(image.is_jpeg(encoded))
    assert image.extract_jpeg_shape(encoded).numpy().tolist() == [23, 37, 3]
    decoded = image.decode_jpeg(encoded).numpy().astype(int)
    assert np.abs(decoded - SMOOTH).mean() < 4
    assert image.decode_jpeg(encoded, ratio=2).shape == (12, 19, 3)
    assert image.decode_jpeg(encoded, channels=1).shape == (23, 37, 1)
    assert (image.decode_and_crop_jpeg(encoded, [2, 3, 4, 5]).numpy() == decoded[2:6, 3:8]).all()


def test_animations():
    frames = [Image.fromarray(np.roll(SMOOTH, k, 0)) for k in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    assert image.decode_gif(buffer.getvalue()).shape == (3, 23, 37, 3)
    assert image.decode_image(buffer.getvalue()).shape == (3, 23, 37, 3)
    assert image.decode_image(buffer.getvalue(), expand_animations=False).shape == (23, 37, 3)
    with pytest.raises(InvalidArgumentError, match=r"tf\.io\.decode_gif"):
        image.decode_png(buffer.getvalue())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
def test_what_is_no_image(kind):
    whole = written(SMOOTH, kind)
    for data in (b"", b"hello", whole[:10], whole[: len(whole) // 2]):
        with pytest.raises(InvalidArgumentError, match="DecodeImage"):
            image.decode_image(data)


def test_other_channels_and_windows_are_errors():
    with pytest.raises(InvalidArgumentError, match="0, 1, 3"):
        image.decode_jpeg(written(SMOOTH, "JPEG"), channels=4)
    with pytest.raises(InvalidArgumentError, match="window"):
        image.decode_and_crop_jpeg(written(SMOOTH, "JPEG"), [0, 0, 24, 5])
    with pytest.raises(InvalidArgumentError, match="quality"):
        image.encode_jpeg(SMOOTH, quality=101)
    with pytest.raises(InvalidArgumentError, match="16-bit colour"):
        image.decode_png(image.encode_png(SMOOTH.astype("uint16")), dtype="uint16")
