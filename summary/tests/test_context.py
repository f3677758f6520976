from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flowstone_summary as summary
import numpy as np
import pytest
from flowstone_core.conversion import constant
from flowstone_protos.event_pb2 import Event

Reader = Callable[[Path | str], list[Event]]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (True, True),
        (False, False),
        (None, True),
        (np.True_, True),
        (constant(False), False),
        (lambda: True, True),
        (lambda: constant(False), False),
    ],
)
def test_recording_conditions(tmp_path: Path, read_events: Reader, condition: Any, expected: bool) -> None:
    with summary.create_file_writer(tmp_path).as_default(), summary.record_if(condition):
        assert summary.should_record_summaries().numpy() == expected
        assert summary.scalar("a", 1.0, step=1).numpy() == expected
        assert summary.experimental.write_raw_pb(b"", step=1).numpy() == expected
    assert len(read_events(tmp_path)) == 1 + 2 * expected


def test_the_condition_is_asked_each_time(tmp_path: Path, read_events: Reader) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        for step in range(6):
            with summary.record_if(lambda: constant(step % 2 == 0)):  # noqa: B023
                summary.scalar("a", 1.0, step=step)
    assert [event.step for event in read_events(tmp_path)[1:]] == [0, 2, 4]


def test_conditions_nest(tmp_path: Path) -> None:
    with summary.create_file_writer(tmp_path).as_default(), summary.record_if(False):
        with summary.record_if(True):
            assert summary.should_record_summaries().numpy()
        assert not summary.should_record_summaries().numpy()


@pytest.mark.parametrize("condition", ["yes", [True, False], 1.5])
def test_what_is_no_condition(tmp_path: Path, condition: Any) -> None:
    expected = pytest.raises((TypeError, ValueError))
    with summary.create_file_writer(tmp_path).as_default(), summary.record_if(condition), expected:
        summary.scalar("a", 1.0, step=1)
