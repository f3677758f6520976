"""Event files: what TensorBoard reads, written so that a reader never meets half a record of a finished flush.

An event file is a sequence of framed ``Event`` messages (``flowstone_protos.records``), of which the first states the
version. Events wait in a queue until it is longer than ``max_queue``, the last flush is ``flush_millis`` ago, or
someone calls ``flush``; then they are appended in one write, or not at all.
"""

from __future__ import annotations

import itertools
import os
import platform
import threading
import time
import weakref

from flowstone_core.errors import FailedPreconditionError, UnimplementedError
from flowstone_protos.event_pb2 import Event, SourceMetadata
from flowstone_protos.records import frame

from flowstone_summary.os_errors import translated

FILE_VERSION = "brain.Event:2"
SOURCE = "flowstone_summary.event_file"

_serial = itertools.count()


def file_name(suffix: str) -> str:
    """A name for a new event file, unlike any other of this process.

    TensorBoard requires ``tfevents`` in the name and reads a folder's files in the order of their names, so the time
    comes first.
    """
    return f"events.out.tfevents.{int(time.time()):010d}.{platform.node()}.{os.getpid()}.{next(_serial)}{suffix}"


class EventFile:
    """One open event file, for any number of threads.

    Args:
        logdir: The folder to write to; made if it is missing.
        max_queue: How many events may wait in memory.
        flush_millis: How long they may wait, in milliseconds; looked at when an event is added.
        suffix: The end of the file's name.

    Raises:
        FailedPreconditionError: ``logdir`` is a file, or lies below one.
        PermissionDeniedError: The folder may not be made or written to.
        NotFoundError: The folder cannot be made.
        UnimplementedError: ``logdir`` is on a remote file system, such as ``gs://``.

    Example:

        >>> file = EventFile("logs")
        >>> file.add(Event(wall_time=time.time(), step=1))
        >>> file.close()
    """

    def __init__(
        self, logdir: str | os.PathLike[str], max_queue: int = 10, flush_millis: int = 120_000, suffix: str = ".v2"
    ) -> None:
        self._sink = _Sink(_local(os.fspath(logdir)), suffix)
        self._max_queue = max_queue
        self._flush_seconds = flush_millis / 1000
        self._lock = threading.Lock()
        self._closing = weakref.finalize(self, self._sink.close)

    @property
    def path(self) -> str:
        """Where the events go."""
        return self._sink.path

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return not self._closing.alive

    def add(self, event: Event) -> None:
        """Queue one event; see the module for when it reaches the file.

        Raises:
            FailedPreconditionError: The file is closed.
        """
        record = frame(event.SerializeToString())
        with self._lock:
            self._check_open()
            sink = self._sink
            sink.enqueue(record)
            if len(sink.queue) > self._max_queue or time.monotonic() - sink.flushed_at > self._flush_seconds:
                sink.flush()

    def flush(self) -> None:
        """Write what is queued.

        Raises:
            FailedPreconditionError: The file is closed.
            ResourceExhaustedError: The disk is full. What was queued stays queued; the file holds whole records.
        """
        with self._lock:
            self._check_open()
            self._sink.flush()

    def close(self) -> None:
        """Write what is queued and close the file; once closed, do nothing."""
        with self._lock:
            self._closing()

    def _check_open(self) -> None:
        if not self._closing.alive:
            raise FailedPreconditionError(None, None, f"The event file {self.path} is closed.")


class _Sink:
    """The queue and the file. It outlives its ``EventFile`` long enough to be flushed by the garbage collector."""

    def __init__(self, logdir: str, suffix: str) -> None:
        self.logdir = os.path.abspath(logdir)
        self.suffix = suffix
        self.queue: list[bytes] = []
        self.open()

    def open(self) -> None:
        """Start a new file with its version record."""
        with translated(f"create the log directory {self.logdir!r}"):
            os.makedirs(self.logdir, exist_ok=True)
        with translated(f"create an event file in {self.logdir!r}"):
            self.path, self.file = self._new_file()
        self.pid = os.getpid()
        self.flushed_at = time.monotonic()
        version = Event(wall_time=time.time(), file_version=FILE_VERSION, source_metadata=SourceMetadata(writer=SOURCE))
        self._append(frame(version.SerializeToString()))

    def _new_file(self) -> tuple[str, int]:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        while True:
            path = os.path.join(self.logdir, file_name(self.suffix))
            try:
                return path, os.open(path, flags, 0o666)
            except FileExistsError:  # of a process with our number, in another container: take the next name
                continue

    def enqueue(self, record: bytes) -> None:
        """Add one framed record. In a forked child the parent's file and queue are left alone: it gets its own."""
        if os.getpid() != self.pid:
            os.close(self.file)
            self.queue = []
            self.open()
        self.queue.append(record)

    def flush(self) -> None:
        """Append the queue to the file; if somebody deleted the file, to a new one."""
        self.flushed_at = time.monotonic()
        if not self.queue or os.getpid() != self.pid:
            return
        if not os.path.exists(self.path):
            os.close(self.file)
            self.open()
        self._append(b"".join(self.queue))
        self.queue.clear()

    def _append(self, data: bytes) -> None:
        with translated(f"write to {self.path!r}"):
            start = os.lseek(self.file, 0, os.SEEK_CUR)
            rest = memoryview(data)
            try:
                while rest:
                    rest = rest[os.write(self.file, rest) :]
            except OSError:
                os.ftruncate(self.file, start)
                os.lseek(self.file, start, os.SEEK_SET)
                raise

    def close(self) -> None:
        """Flush and close."""
        try:
            self.flush()
        finally:
            os.close(self.file)


def _local(logdir: str) -> str:
    """``logdir`` as a path of this machine."""
    scheme, separator, rest = logdir.partition("://")
    if not separator:
        return logdir
    if scheme == "file":
        return rest
    raise UnimplementedError(
        None,
        None,
        f"File system scheme {scheme!r} is not supported ({logdir!r}); write to a local folder.",
    )
