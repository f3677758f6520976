from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flowstone_core import errors, profiling
from flowstone_core.conversion import constant
from flowstone_core.ops.elementary import exp
from flowstone_core.ops.math import add
from flowstone_protos.xplane_pb2 import XPlane, XSpace
from flowstone_summary import profile_files, profiler


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    yield
    profiling.stop()


def trace_of(logdir: Path) -> list[dict[str, Any]]:
    (path,) = logdir.glob("plugins/profile/*/*.trace.json.gz")
    events: list[dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))["traceEvents"]
    return events


def plane_of(logdir: Path) -> tuple[XSpace, XPlane]:
    (path,) = logdir.glob("plugins/profile/*/*.xplane.pb")
    space = XSpace.FromString(path.read_bytes())
    (plane,) = (plane for plane in space.planes if plane.name == "/host:CPU")
    return space, plane


def program() -> None:
    with profiler.Trace("train", step_num=7, _r=1) as step:
        exp(constant([1.0, 2.0]))
        add(constant(1), constant(2))
        step.set_metadata(loss=0.5, note="good")


def test_a_trace_for_chrome(tmp_path: Path) -> None:
    with profiler.Profile(tmp_path):
        program()
    names, events = [], []
    for event in trace_of(tmp_path):
        (names if event["ph"] == "M" else events).append(event)
    assert [event["args"]["name"] for event in names] == ["/host:CPU", "MainThread"]
    assert [event["name"] for event in events] == ["Exp:Exp", "AddV2:AddV2", "train"]
    train = events[-1]
    assert train["args"] == {"step_num": 7, "_r": 1, "loss": 0.5, "note": "good"}
    for event in events[:-1]:
        assert train["ts"] <= event["ts"]
        assert event["ts"] + event["dur"] <= train["ts"] + train["dur"]


def test_a_profile_for_tensorboard(tmp_path: Path) -> None:
    profiler.start(str(tmp_path))
    program()
    other = threading.Thread(target=program, name="other")
    other.start()
    other.join()
    profiler.stop()
    space, plane = plane_of(tmp_path)
    assert not space.warnings
    assert [line.name for line in plane.lines] == ["MainThread", "other"]
    first = plane.lines[0]
    metadata = [plane.event_metadata[event.metadata_id] for event in first.events]
    assert [each.name for each in metadata] == ["train", "Exp:Exp", "AddV2:AddV2"]
    assert [each.display_name for each in metadata] == ["train", "Exp", "AddV2"]
    whole, *parts = first.events
    assert sum(part.duration_ps for part in parts) <= whole.duration_ps
    told = {plane.stat_metadata[stat.metadata_id].name: stat for stat in whole.stats}
    assert (told["step_num"].int64_value, told["loss"].double_value, told["note"].str_value) == (7, 0.5, "good")
    (task,) = (plane for plane in space.planes if plane.name == "Task Environment")
    times = [stat.uint64_value for stat in task.stats]
    assert times[0] < times[1]
    assert first.timestamp_ns == times[0]


def test_levels(tmp_path: Path) -> None:
    for level, expected in ((0, []), (1, ["train"])):
        with profiler.Profile(tmp_path / str(level), profiler.ProfilerOptions(host_tracer_level=level)):
            program()
        assert [event["name"] for event in trace_of(tmp_path / str(level)) if event["ph"] == "X"] == expected


def test_one_profile_at_a_time(tmp_path: Path) -> None:
    with pytest.raises(errors.UnavailableError, match="No profiler is running"):
        profiler.stop()
    profiler.start(tmp_path)
    with pytest.raises(errors.AlreadyExistsError, match="Another profiler is running"):
        profiler.start(tmp_path / "other")
    profiler.stop(save=False)
    assert not list(tmp_path.iterdir())


def test_options_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cProfile"):
        profiler.start(tmp_path, profiler.ProfilerOptions(python_tracer_level=1))
    assert profiler.ProfilerOptions() == (2, 0, 1, None)


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    profiler.start(tmp_path / "file")
    with pytest.raises(errors.OpError, match="write a profile into"):
        profiler.stop()


def test_an_operation_that_fails_is_an_event(tmp_path: Path) -> None:
    profiler.start(tmp_path)
    with pytest.raises(errors.InvalidArgumentError):
        add(constant([1, 2]), constant([1, 2, 3]))
    profiler.stop()
    assert [event["name"] for event in trace_of(tmp_path) if event["ph"] == "X"] == ["AddV2:AddV2"]


def test_more_events_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiling, "MOST", 1)
    assert profiling.start(2) is not None
    program()
    session = profiling.stop()
    assert session is not None
    assert len(session.events) == 1
    assert profile_files.xspace(session, "here").warnings == ["only the first 1 events were kept"]


def test_without_a_profile_nothing_is_kept() -> None:
    with profiler.Trace("nothing", step_num=1) as event:
        event.set_metadata(x=1)
    assert profiling.current(0) is None
