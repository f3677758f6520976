from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flowstone_summary as summary
import numpy as np
import pytest
from flowstone_core import errors
from flowstone_core.conversion import constant
from flowstone_protos.event_pb2 import Event

Reader = Callable[[Path | str], list[Event]]


@pytest.mark.parametrize(
    "data", [2, 2.0, np.float64(2), np.array(2, np.uint8), constant(2, "int64"), constant(2.0, "bfloat16")]
)
def test_numbers_become_float32(tmp_path: Path, read_events: Reader, data: Any) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        assert summary.scalar("x", data, step=3).numpy()
    _, event = read_events(tmp_path)
    (value,) = event.summary.value
    assert (value.tag, event.step) == ("x", 3)
    # The bytes that TensorFlow 2.21 writes for this summary, behind the wall time.
    expected = b'\x10\x03*\x1e\n\x1c\n\x01xB\n\x08\x01\x12\x00"\x04\x00\x00\x00@J\x0b\n\t\n\x07scalars'
    assert event.SerializeToString()[9:] == expected


def test_a_description(tmp_path: Path, read_events: Reader) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        summary.scalar("x", 1, step=1, description="*what*")
    assert read_events(tmp_path)[1].summary.value[0].metadata.summary_description == "*what*"


def test_bool_and_not_a_number(tmp_path: Path, read_events: Reader) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        for data in (True, float("nan"), float("inf")):
            summary.scalar("x", data, step=1)
    contents = b"".join(event.summary.value[0].tensor.tensor_content for event in read_events(tmp_path)[1:])
    np.testing.assert_array_equal(np.frombuffer(contents, np.float32), [1, np.nan, np.inf])


@pytest.mark.parametrize("with_writer", [False, True])
def test_what_is_no_scalar(tmp_path: Path, with_writer: bool) -> None:
    writer = summary.create_file_writer(tmp_path) if with_writer else summary.create_noop_writer()
    with writer.as_default(), pytest.raises(ValueError, match=r"Expected scalar shape, saw shape: \(2,\)"):
        summary.scalar("x", [1, 2], step=1)


def test_a_text_is_no_number(tmp_path: Path) -> None:
    expected = pytest.raises((errors.UnimplementedError, errors.InvalidArgumentError))
    with summary.create_file_writer(tmp_path).as_default(), expected:
        summary.scalar("x", "text", step=1)
