from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flowstone_summary as summary
import numpy as np
import pytest
from flowstone_core import errors
from flowstone_core.conversion import constant
from flowstone_protos.event_pb2 import Event
from flowstone_summary.context import context

Reader = Callable[[Path | str], list[Event]]


def points(events: list[Event]) -> list[tuple[str, int]]:
    return [(value.tag, event.step) for event in events for value in event.summary.value]


def test_the_default_writer_gets_everything(tmp_path: Path, read_events: Reader) -> None:
    writer = summary.create_file_writer(str(tmp_path))
    with writer.as_default() as entered:
        assert entered is writer
        assert bool(summary.scalar("a", 1.0, step=1))
    assert points(read_events(tmp_path)) == [("a", 1)]  # the end of the block flushes
    assert not bool(summary.scalar("a", 2.0, step=2))
    assert points(read_events(tmp_path)) == [("a", 1)]


def test_without_a_writer_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for written in (
        summary.scalar("a", 1.0),
        summary.histogram("a", [1.0]),
        summary.image("a", np.zeros((1, 2, 2, 1))),
        summary.text("a", "x"),
        summary.audio("a", np.zeros((1, 2, 1), np.float32), 8000),
        summary.graph(None),
        summary.write("a", lambda: pytest.fail("must not be called")),
        summary.experimental.write_raw_pb(b""),
        summary.should_record_summaries(),
    ):
        assert written.dtype.name == "bool"
        assert not written.numpy()
    assert summary.flush() is None
    assert list(tmp_path.iterdir()) == []


def test_writers_nest_with_their_steps(tmp_path: Path, read_events: Reader) -> None:
    a, b = (summary.create_file_writer(tmp_path / name) for name in "ab")
    with a.as_default(step=10):
        summary.scalar("x", 0)
        with b.as_default(step=20):
            summary.scalar("x", 0)
            summary.scalar("x", 0, step=21)
        summary.scalar("x", 0)
        with b.as_default():
            summary.scalar("x", 0)
    assert summary.experimental.get_step() is None
    assert [step for _, step in points(read_events(tmp_path / "a"))] == [10, 10]
    assert [step for _, step in points(read_events(tmp_path / "b"))] == [20, 21, 10]


def test_set_as_default_and_set_step(tmp_path: Path, read_events: Reader) -> None:
    writer = summary.create_file_writer(tmp_path)
    try:
        writer.set_as_default(step=5)
        summary.scalar("x", 0)
        summary.experimental.set_step(6)
        assert summary.experimental.get_step() == 6
        summary.scalar("x", 0)
    finally:
        context.writer = None
        summary.experimental.set_step(None)
    writer.flush()
    assert points(read_events(tmp_path)) == [("x", 5), ("x", 6)]


def test_the_default_writer_belongs_to_one_thread(tmp_path: Path) -> None:
    seen: list[Any] = []
    with summary.create_file_writer(tmp_path).as_default(step=3):
        thread = threading.Thread(
            target=lambda: seen.extend([summary.should_record_summaries().numpy(), summary.experimental.get_step()])
        )
        thread.start()
        thread.join()
    assert seen == [False, None]


def test_a_step_is_needed(tmp_path: Path) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        for use in (
            lambda: summary.scalar("a", 1.0),
            lambda: summary.write("a", 1.0),
            lambda: summary.experimental.write_raw_pb(b""),
        ):
            with pytest.raises(ValueError, match="No step set"):
                use()
        with summary.record_if(False):
            assert not summary.scalar("a", 1.0).numpy()


@pytest.mark.parametrize("step", [np.int32(4), np.int64(4), constant(4, "int64"), [4]])
def test_steps(tmp_path: Path, read_events: Reader, step: Any) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        summary.scalar("a", 1.0, step=step)
    assert points(read_events(tmp_path)) == [("a", 4)]


@pytest.mark.parametrize(
    ("step", "error"),
    [([1, 2], ValueError), (1.5, TypeError), ("x", TypeError), (constant(4), ValueError)],
)
def test_what_is_no_step(tmp_path: Path, step: Any, error: type[Exception]) -> None:
    with pytest.raises(error):  # also without a writer
        summary.scalar("a", 1.0, step=step)
    with summary.create_file_writer(tmp_path).as_default(), pytest.raises(error):
        summary.scalar("a", 1.0, step=step)


def test_arguments_of_a_writer(tmp_path: Path, read_events: Reader) -> None:
    writer = summary.create_file_writer(constant(str(tmp_path)), max_queue=1, filename_suffix=".mine")
    (name,) = os.listdir(tmp_path)
    assert re.fullmatch(r"events\.out\.tfevents\.\d{10}\..+\.mine", name)
    with writer.as_default():
        summary.scalar("a", 1.0, step=1)
        summary.scalar("a", 1.0, step=2)
        assert len(read_events(tmp_path)) == 3
    writer.close()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"logdir": None}, ValueError),
        ({"logdir": 3}, TypeError),
        ({"logdir": ["a", "b"]}, errors.InvalidArgumentError),
        ({"logdir": "x", "max_queue": 1.5}, TypeError),
        ({"logdir": "x", "experimental_mesh": object()}, NotImplementedError),
    ],
)
def test_wrong_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any], error: type[Exception]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error):
        summary.create_file_writer(**arguments)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_folder_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.FailedPreconditionError, match=r"Could not create the log directory .*/file/run"):
        summary.create_file_writer(tmp_path / "file" / "run")


def test_closing(tmp_path: Path, read_events: Reader) -> None:
    writer = summary.create_file_writer(tmp_path)
    with writer.as_default():
        summary.scalar("a", 1.0, step=1)
        writer.close()
        with pytest.raises(errors.NotFoundError, match="closed"):
            summary.scalar("a", 1.0, step=2)
        writer.close()
        assert writer.flush() is None
    assert points(read_events(tmp_path)) == [("a", 1)]
    for use in (writer.as_default, writer.set_as_default, writer.init):
        with pytest.raises(RuntimeError, match="already closed"):
            use()


def test_init_again_and_flush(tmp_path: Path) -> None:
    writer = summary.create_file_writer(tmp_path)
    writer.init()
    assert len(os.listdir(tmp_path)) == 1
    summary.flush(writer)
    with pytest.raises(ValueError, match="Invalid argument to flush"):
        summary.flush(3)  # type: ignore[arg-type]


def test_the_noop_writer_does_nothing(tmp_path: Path, read_events: Reader) -> None:
    nothing = summary.create_noop_writer()
    assert isinstance(nothing, summary.SummaryWriter)
    with nothing.as_default(step=1):
        assert not summary.scalar("a", 1.0).numpy()
    with summary.create_file_writer(tmp_path).as_default(step=2), nothing.as_default(step=1):
        summary.scalar("a", 1.0)
    nothing.set_as_default()
    nothing.init()
    nothing.flush()
    nothing.close()
    assert points(read_events(tmp_path)) == [("a", 2)]


def test_the_abstract_writer() -> None:
    writer = summary.SummaryWriter()
    for use in (writer.init, writer.flush, writer.close):
        with pytest.raises(NotImplementedError):
            use()


def test_an_exception_in_the_block_keeps_what_was_written(tmp_path: Path, read_events: Reader) -> None:
    with pytest.raises(KeyError), summary.create_file_writer(tmp_path).as_default():
        summary.scalar("a", 1.0, step=1)
        raise KeyError
    assert context.writer is None
    assert points(read_events(tmp_path)) == [("a", 1)]


def test_threads_share_a_writer(tmp_path: Path, read_events: Reader) -> None:
    writer = summary.create_file_writer(tmp_path, max_queue=2)

    def work(number: int) -> None:
        with writer.as_default():
            for step in range(50):
                summary.scalar(f"thread{number}", step, step=step)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written = points(read_events(tmp_path))
    assert sorted(written) == sorted((f"thread{n}", step) for n in range(4) for step in range(50))
