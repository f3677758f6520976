from __future__ import annotations

import errno
import gc
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flowstone_core import errors
from flowstone_protos.event_pb2 import Event
from flowstone_summary import event_file
from flowstone_summary.event_file import EventFile

Reader = Callable[[Path | str], list[Event]]


def steps(events: list[Event]) -> list[int]:
    return [event.step for event in events if not event.file_version]


def test_name_and_version_record(tmp_path: Path, read_events: Reader) -> None:
    before = time.time()
    with_file = EventFile(tmp_path / "new" / "folder")
    name = os.path.basename(with_file.path)
    match = re.fullmatch(r"events\.out\.tfevents\.(\d{10})\.(.+)\.(\d+)\.(\d+)\.v2", name)
    assert match
    assert match[2] == socket.gethostname()
    assert int(match[3]) == os.getpid()
    assert before - 1 <= int(match[1]) <= time.time()
    (version,) = read_events(with_file.path)  # there at once, so that TensorBoard sees the run
    assert version.file_version == "brain.Event:2"
    assert version.source_metadata.writer
    with_file.close()


def test_two_files_of_one_moment_have_two_names(tmp_path: Path) -> None:
    files = [EventFile(tmp_path, suffix=".x") for _ in range(3)]
    assert len({file.path for file in files}) == 3
    assert all(file.path.endswith(".x") for file in files)
    for file in files:
        file.close()


def test_a_taken_name_is_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(["taken", "free"])
    (tmp_path / "taken").write_text("precious")
    monkeypatch.setattr(event_file, "file_name", lambda suffix: next(names))
    file = EventFile(tmp_path)
    assert os.path.basename(file.path) == "free"
    assert (tmp_path / "taken").read_text() == "precious"
    file.close()


def test_events_wait_until_the_queue_is_full(tmp_path: Path, read_events: Reader) -> None:
    file = EventFile(tmp_path, max_queue=2)
    for step in (1, 2):
        file.add(Event(step=step))
    assert steps(read_events(file.path)) == []
    file.add(Event(step=3))
    assert steps(read_events(file.path)) == [1, 2, 3]
    file.close()


def test_events_wait_until_the_time_is_up(tmp_path: Path, read_events: Reader) -> None:
    file = EventFile(tmp_path, flush_millis=0)
    time.sleep(0.001)
    file.add(Event(step=1))
    assert steps(read_events(file.path)) == [1]
    file.close()


def test_flush_close_and_garbage_collection_write(tmp_path: Path, read_events: Reader) -> None:
    file = EventFile(tmp_path)
    file.add(Event(step=1))
    file.flush()
    assert steps(read_events(tmp_path)) == [1]
    file.add(Event(step=2))
    file.close()
    file.close()
    assert file.closed
    assert steps(read_events(tmp_path)) == [1, 2]
    forgotten = EventFile(tmp_path)
    forgotten.add(Event(step=3))
    del forgotten
    gc.collect()
    assert steps(read_events(tmp_path)) == [1, 2, 3]


def test_the_end_of_the_process_writes(tmp_path: Path, read_events: Reader) -> None:
    code = (
        "import sys; from flowstone_summary.event_file import EventFile; from flowstone_protos.event_pb2 import Event\n"
        "file = EventFile(sys.argv[1]); file.add(Event(step=7))"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code, str(tmp_path)], check=True)
    assert steps(read_events(tmp_path)) == [7]


def test_a_closed_file_takes_nothing(tmp_path: Path) -> None:
    file = EventFile(tmp_path)
    file.close()
    for use in (file.flush, lambda: file.add(Event())):
        with pytest.raises(errors.FailedPreconditionError, match="closed"):
            use()


def test_many_threads_write_whole_records(tmp_path: Path, read_events: Reader) -> None:
    file = EventFile(tmp_path, max_queue=3)

    def work(first: int) -> None:
        for step in range(first, first + 200):
            file.add(Event(step=step))

    threads = [threading.Thread(target=work, args=(1000 * i,)) for i in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    file.close()
    written = steps(read_events(tmp_path))
    assert sorted(written) == [1000 * i + j for i in range(1, 6) for j in range(200)]
    for i in range(1, 6):  # each thread's own order is kept
        own = [step for step in written if step // 1000 == i]
        assert own == sorted(own)


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_file_in_the_way(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.FailedPreconditionError, match=r"Could not create the log directory .*file"):
        EventFile(tmp_path / "file" / below)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_a_folder_that_cannot_be_made() -> None:
    with pytest.raises(errors.NotFoundError, match="/proc/nope"):
        EventFile("/proc/nope/run")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(errors.PermissionDeniedError, match="Could not create"):
        EventFile(tmp_path / "run")


def test_permission_errors_have_tensorflows_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(event_file.os, "open", refuse)
    with pytest.raises(errors.PermissionDeniedError, match=r"Could not create an event file in .*Permission denied"):
        EventFile(tmp_path)
    assert not list(tmp_path.iterdir())


def test_remote_file_systems_are_refused() -> None:
    with pytest.raises(errors.UnimplementedError, match="'gs'"):
        EventFile("gs://bucket/run")


def test_file_urls_are_local(tmp_path: Path) -> None:
    file = EventFile(f"file://{tmp_path}/run")
    assert Path(file.path).parent == tmp_path / "run"
    file.close()


def test_a_full_disk_loses_nothing_and_leaves_whole_records(
    tmp_path: Path, read_events: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = EventFile(tmp_path)
    file.add(Event(step=1))
    file.flush()
    file.add(Event(step=2))
    real, room = os.write, [5]

    def write(handle: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = real(handle, bytes(data[: room[0]]))
        room[0] -= written
        return written

    monkeypatch.setattr(event_file.os, "write", write)
    with pytest.raises(errors.ResourceExhaustedError, match="No space left"):
        file.flush()
    assert steps(read_events(tmp_path)) == [1]
    monkeypatch.undo()
    file.close()
    assert steps(read_events(tmp_path)) == [1, 2]


def test_a_deleted_file_is_begun_again(tmp_path: Path, read_events: Reader) -> None:
    file = EventFile(tmp_path / "run")
    first = file.path
    file.add(Event(step=1))
    os.remove(first)
    os.rmdir(tmp_path / "run")
    file.close()
    assert file.path != first
    events = read_events(tmp_path / "run")
    assert events[0].file_version
    assert steps(events) == [1]


def test_a_changed_working_directory_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = EventFile("run")
    monkeypatch.chdir("/")
    file.add(Event(step=1))
    file.close()
    assert len(list((tmp_path / "run").iterdir())) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_writes_a_file_of_its_own(tmp_path: Path, read_events: Reader) -> None:
    code = (
        "import os, sys; from flowstone_summary.event_file import EventFile\n"
        "from flowstone_protos.event_pb2 import Event\n"
        "file = EventFile(sys.argv[1]); file.add(Event(step=1)); child = os.fork()\n"
        "if child: os.waitpid(child, 0)\n"
        "file.add(Event(step=2 if child else 3))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    assert sorted(steps(read_events(path)) for path in tmp_path.iterdir()) == [[1, 2], [3]]
