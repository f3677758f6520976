from __future__ import annotations

import io
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flowstone_summary as summary
import numpy as np
import pytest
from flowstone_core import errors
from flowstone_protos.event_pb2 import Event

Reader = Callable[[Path | str], list[Event]]


def test_what_is_written(tmp_path: Path, read_events: Reader) -> None:
    clips = np.linspace(-1, 1, 4 * 8 * 2, dtype=np.float32).reshape(4, 8, 2)
    with summary.create_file_writer(tmp_path).as_default():
        assert summary.audio("a", clips, 8000, step=1, description="d").numpy()
        summary.audio("a", clips[:0], 8000, step=2, encoding="wav")
    first, empty = (event.summary.value[0] for event in read_events(tmp_path)[1:])
    assert first.metadata.plugin_data.plugin_name == "audio"
    assert first.metadata.plugin_data.content == b"\x10\x0b"  # encoding: WAV, as TensorBoard writes it
    assert first.metadata.summary_description == "d"
    assert [dim.size for dim in first.tensor.tensor_shape.dim] == [3, 2]
    files, labels = first.tensor.string_val[::2], first.tensor.string_val[1::2]
    assert set(labels) == {b""}
    for file, clip in zip(files, clips, strict=False):
        with wave.open(io.BytesIO(file)) as reader:
            assert (reader.getframerate(), reader.getnchannels()) == (8000, 2)
            samples = np.frombuffer(reader.readframes(8), "<i2").reshape(8, 2)
        np.testing.assert_allclose(samples / 32768, clip, atol=1e-4)
    assert [dim.size for dim in empty.tensor.tensor_shape.dim] == [0, 2]


@pytest.mark.parametrize(
    ("data", "arguments", "error", "message"),
    [
        (np.zeros((2, 2), np.float32), {}, ValueError, "rank 3"),
        (np.zeros((1, 2, 2)), {}, errors.InvalidArgumentError, "float"),
        (np.zeros((1, 2, 2), np.float32), {"sample_rate": -8}, errors.InvalidArgumentError, "sample rate"),
        (np.zeros((1, 2, 2), np.float32), {"sample_rate": 8.5}, TypeError, "int32"),
        (np.zeros((1, 2, 2), np.float32), {"encoding": "mp3"}, ValueError, "Unknown encoding"),
        (np.zeros((1, 2, 2), np.float32), {"max_outputs": -1}, errors.InvalidArgumentError, "negative"),
    ],
)
def test_what_is_no_sound(
    tmp_path: Path, read_events: Reader, data: Any, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with summary.create_file_writer(tmp_path).as_default(), pytest.raises(error, match=message):
        summary.audio("a", data, **({"sample_rate": 8000, "step": 1} | arguments))
    assert len(read_events(tmp_path)) == 1
