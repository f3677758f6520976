from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flowstone_summary as summary
import numpy as np
import pytest
from flowstone_core import errors
from flowstone_core.conversion import constant
from flowstone_core.scopes import name_scope
from flowstone_protos.event_pb2 import Event
from flowstone_protos.summary_pb2 import Summary, SummaryMetadata

Reader = Callable[[Path | str], list[Event]]


@pytest.fixture
def written(tmp_path: Path, read_events: Reader) -> Any:
    with summary.create_file_writer(tmp_path).as_default(step=1) as writer:

        def read() -> list[Any]:
            writer.flush()
            return [value for event in read_events(tmp_path) for value in event.summary.value]

        yield read


def test_tags_carry_the_name_scopes(written: Any) -> None:
    summary.scalar("a b:ü%", 1)
    with name_scope("outer"):
        summary.scalar("a", 1)
        with name_scope("inner"):
            summary.text("b", "x")
            summary.write("raw", 1)
    assert [value.tag for value in written()] == ["a b:ü%", "outer/a", "outer/inner/b", "raw"]


def test_a_missing_name_has_a_default(written: Any) -> None:
    summary.scalar(None, 1)  # type: ignore[arg-type]
    summary.text("", "x")
    assert [value.tag for value in written()] == ["scalar_summary", "text_summary"]


def test_the_scope_that_gives_a_tag() -> None:
    with summary.experimental.summary_scope("x y") as pair:
        assert pair == ("x y", "xy/")
    with name_scope("outer"), summary.experimental.summary_scope(None, "default") as pair:
        assert pair == ("outer/default", "outer/default/")
    with summary.experimental.summary_scope("%", "default") as pair:
        assert pair == ("%", "default/")


def test_write_takes_a_function(written: Any) -> None:
    assert summary.write("a", lambda: constant([1, 2])).numpy()
    assert written()[0].tensor.tensor_content == np.array([1, 2], np.int32).tobytes()


def test_metadata_as_a_message_or_bytes(written: Any) -> None:
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="mine", content=b"c"))
    summary.write("a", 1, metadata=metadata)
    summary.write("b", 1, metadata=metadata.SerializeToString())
    summary.write("c", 1)
    first, second, third = written()
    assert first.metadata == second.metadata == metadata
    assert not third.HasField("metadata")
    with pytest.raises(errors.InvalidArgumentError, match="SummaryMetadata"):
        summary.write("d", 1, metadata=b"\xff")


def test_raw_summaries(written: Any) -> None:
    message = Summary(value=[Summary.Value(tag="raw", simple_value=2)])
    assert summary.experimental.write_raw_pb(message.SerializeToString()).numpy()
    assert written()[0] == message.value[0]
    with pytest.raises(errors.DataLossError):
        summary.experimental.write_raw_pb(b"\xff")


def test_importing_events(tmp_path: Path, read_events: Reader) -> None:
    event = Event(step=7, wall_time=3.0, summary=Summary(value=[Summary.Value(tag="t", simple_value=1)]))
    with pytest.raises(ValueError, match="default writer"):
        summary.import_event(event.SerializeToString())
    with summary.create_file_writer(tmp_path).as_default(), summary.record_if(False):
        summary.import_event(event.SerializeToString())
    assert read_events(tmp_path)[1] == event
