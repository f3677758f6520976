from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flowstone_summary as summary
import numpy as np
import pytest
from flowstone_core import errors
from flowstone_core.conversion import constant, convert_to_tensor
from flowstone_protos.event_pb2 import Event
from flowstone_summary.images import to_bytes
from PIL import Image

Reader = Callable[[Path | str], list[Event]]


def test_what_is_written(tmp_path: Path, read_events: Reader) -> None:
    pixels = np.arange(5 * 2 * 4 * 3, dtype=np.uint8).reshape(5, 2, 4, 3)
    with summary.create_file_writer(tmp_path).as_default():
        assert summary.image("i", pixels, step=1, description="d").numpy()
        summary.image("i", pixels, step=2, max_outputs=1)
        summary.image("i", pixels, step=3, max_outputs=constant(0))
        summary.image("i", pixels[:0], step=4)
    values = [event.summary.value[0] for event in read_events(tmp_path)[1:]]
    assert values[0].metadata.plugin_data.plugin_name == "images"
    assert values[0].metadata.summary_description == "d"
    assert [len(value.tensor.string_val) for value in values] == [5, 3, 2, 2]
    width, height, *files = values[0].tensor.string_val
    assert (width, height) == (b"4", b"2")
    for file, image in zip(files, pixels, strict=False):
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(file))), image)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_channels(tmp_path: Path, read_events: Reader, channels: int) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        summary.image("i", np.zeros((1, 2, 2, channels)), step=1)
    file = read_events(tmp_path)[1].summary.value[0].tensor.string_val[2]
    assert Image.open(io.BytesIO(file)).mode == ["L", "LA", "RGB", "RGBA"][channels - 1]


@pytest.mark.parametrize(
    ("dtype", "values", "expected"),
    [
        (np.uint8, [0, 7, 255], [0, 7, 255]),
        (np.float32, [0, 0.5, 1, -1, 2], [0, 127, 255, 0, 255]),
        (np.float64, [0.1, 0.999], [25, 255]),
        (np.float16, [0, 0.5, 1], [0, 127, 255]),
        (np.int32, [0, 2**31 - 1, 2**30, -5], [0, 255, 128, 0]),
        (np.int64, [0, 2**62], [0, 128]),
        (np.uint16, [0, 65535, 256], [0, 255, 1]),
        (np.int8, [0, 127, -3], [0, 254, 0]),
    ],
)
def test_pixels_become_bytes(dtype: Any, values: list[Any], expected: list[int]) -> None:
    assert to_bytes(convert_to_tensor(np.array(values, dtype))).numpy().tolist() == expected


@pytest.mark.parametrize(
    ("data", "arguments", "error", "message"),
    [
        (np.zeros((2, 2)), {}, ValueError, "rank 4"),
        (np.zeros((1, 2, 2, 5)), {}, errors.InvalidArgumentError, "channels"),
        (np.zeros((1, 0, 2, 1)), {}, errors.InvalidArgumentError, "no pixels"),
        (np.zeros((1, 2, 2, 1)), {"max_outputs": -1}, errors.InvalidArgumentError, "negative"),
        (np.array([[[["a"]]]]), {}, AttributeError, "floating point or integer"),
    ],
)
def test_what_is_no_image(
    tmp_path: Path, read_events: Reader, data: Any, arguments: Any, error: type[Exception], message: str
) -> None:
    with summary.create_file_writer(tmp_path).as_default(), pytest.raises(error, match=message):
        summary.image("i", data, step=1, **arguments)
    assert len(read_events(tmp_path)) == 1
