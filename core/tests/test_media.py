from __future__ import annotations

import io
import wave
from typing import Any

import numpy as np
import pytest
from flowstone_core import errors
from flowstone_core.dtypes import float32, int32, uint8
from flowstone_core.errors import SpecError
from flowstone_core.ops.media import ENCODE_PNG, ENCODE_WAV
from flowstone_core.spec import Spec
from PIL import Image


def test_images_of_a_batch_of_any_rank() -> None:
    images = np.arange(2 * 3 * 4 * 5 * 3, dtype=np.uint8).reshape(2, 3, 4, 5, 3)
    encoded = ENCODE_PNG(images)
    assert encoded.shape == (2, 3)
    for index in np.ndindex(2, 3):
        opened = np.asarray(Image.open(io.BytesIO(encoded.numpy()[index])))
        np.testing.assert_array_equal(opened, images[index])


def test_one_image() -> None:
    encoded = ENCODE_PNG(np.full((1, 1, 1), 65535, np.uint16), compression=9)
    assert encoded.shape == ()
    assert encoded.numpy().startswith(b"\x89PNG")


def test_shape_rules() -> None:
    assert ENCODE_PNG.infer(Spec((None, 2, 3, 1), uint8), compression=-1).shape == (None,)
    assert ENCODE_PNG.infer(Spec(None, uint8), compression=-1).shape is None
    assert ENCODE_WAV.infer(Spec((None, 2), float32), Spec((), int32)).shape == ()
    with pytest.raises(SpecError, match="height, width, channels"):
        ENCODE_PNG.infer(Spec((2, 2), uint8), compression=-1)
    with pytest.raises(SpecError, match="frames, channels"):
        ENCODE_WAV.infer(Spec((2,), float32), Spec((), int32))


def test_sound() -> None:
    with wave.open(io.BytesIO(ENCODE_WAV(np.zeros((5, 2), np.float32), 8000).numpy())) as reader:
        assert (reader.getnchannels(), reader.getframerate(), reader.getnframes()) == (2, 8000, 5)


@pytest.mark.parametrize("shape", [(2, 2), (1, 2, 2, 5), (0, 2, 1)])
def test_what_is_no_image(shape: tuple[int, ...]) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="EncodePng"):
        ENCODE_PNG(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(("shape", "rate"), [((3,), 8000), ((3, 1), -8)])
def test_what_is_no_sound(shape: Any, rate: int) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="EncodeWav"):
        ENCODE_WAV(np.zeros(shape, np.float32), rate)
