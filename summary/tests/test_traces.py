from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flowstone_summary as summary
import pytest
from flowstone_core import errors
from flowstone_protos.event_pb2 import Event
from flowstone_protos.graph_pb2 import GraphDef
from flowstone_protos.node_def_pb2 import NodeDef
from flowstone_protos.run_metadata_pb2 import RunMetadata
from flowstone_summary import profiler, traces

Reader = Callable[[Path | str], list[Event]]


class FakeRecorder:
    def __init__(self) -> None:
        self.running = False

    def start(self) -> None:
        self.running = True

    def stop(self) -> list[Any]:
        assert self.running
        self.running = False
        return [GraphDef(node=[NodeDef(name=name)]) for name in ("first", "second")]


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRecorder]:
    fake = FakeRecorder()
    monkeypatch.setattr(traces, "find", lambda service: fake)
    yield fake
    summary.trace_off()


def test_the_graphs_that_ran(tmp_path: Path, read_events: Reader, recorder: FakeRecorder) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        summary.trace_on()
        assert recorder.running
        summary.trace_export("trace", step=2)
        assert not recorder.running
    event = read_events(tmp_path)[1]
    (value,) = event.summary.value
    assert (event.step, value.tag) == (2, "trace")
    assert value.metadata.plugin_data.plugin_name == "graph_run_metadata_graph"
    assert value.metadata.plugin_data.content == b"1"
    metadata = RunMetadata.FromString(value.tensor.string_val[0])
    assert [graph.pre_optimization_graph.node[0].name for graph in metadata.function_graphs] == ["first", "second"]


def test_off_forgets(tmp_path: Path, recorder: FakeRecorder) -> None:
    summary.trace_on()
    summary.trace_off()
    summary.trace_off()
    assert not recorder.running
    with pytest.raises(ValueError, match="Must enable trace before export"):
        summary.trace_export("trace", step=1)


def test_a_second_trace_is_a_warning(recorder: FakeRecorder, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        summary.trace_on()
        summary.trace_on()
    assert "already enabled" in caplog.text


def test_without_recorder_or_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_events: Reader) -> None:
    monkeypatch.setattr(traces, "find", lambda service: None)
    summary.trace_on()
    summary.trace_export("trace")
    with summary.create_file_writer(tmp_path).as_default():
        summary.trace_on(graph=False)
        summary.trace_export("trace", step=1)
    assert RunMetadata.FromString(read_events(tmp_path)[1].summary.value[0].tensor.string_val[0]) == RunMetadata()


def test_a_profile_beside_the_graphs(tmp_path: Path, recorder: FakeRecorder) -> None:
    summary.trace_on(profiler=True, profiler_outdir=str(tmp_path))
    summary.trace_export("trace")
    assert [path.suffix for path in sorted(tmp_path.glob("plugins/profile/*/*"))] == [".gz", ".pb"]
    summary.trace_on(profiler=True, profiler_outdir=str(tmp_path / "none"))
    with pytest.raises(errors.AlreadyExistsError):
        profiler.start(tmp_path)
    summary.trace_off()
    assert not (tmp_path / "none").exists()
    assert not recorder.running


def test_a_profile_needs_a_folder(recorder: FakeRecorder, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        summary.trace_on(profiler=True)
    assert "profiler_outdir" in caplog.text
