"""What a summary writer's handle holds: an event file, once one was created."""

from __future__ import annotations

import threading
import time
from typing import Any

from flowstone_core.errors import InvalidArgumentError, NotFoundError
from flowstone_protos.event_pb2 import Event

from flowstone_summary.event_file import EventFile


class WriterState:
    """The state behind a ``SummaryWriter`` handle. It dies with the last handle, and flushes then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: EventFile | None = None

    @property
    def path(self) -> str | None:
        """Where the events go, or None while no file is open."""
        file = self._file
        return None if file is None else file.path

    def create(self, logdir: str, max_queue: int, flush_millis: int, suffix: str) -> None:
        """Start an event file; if one is open, do nothing."""
        with self._lock:
            if self._file is None:
                self._file = EventFile(logdir, max_queue, flush_millis, suffix)

    def add(self, event: Event) -> None:
        """Queue an event."""
        self._open_file().add(event)

    def now(self, step: Any, **what: Any) -> None:
        """Queue an event of this moment."""
        self.add(Event(wall_time=time.time(), step=step, **what))

    def flush(self) -> None:
        """Write what is queued."""
        self._open_file().flush()

    def close(self) -> None:
        """Flush and close the file."""
        with self._lock:
            file, self._file = self._open_file(), None
        file.close()

    def _open_file(self) -> EventFile:
        file = self._file
        if file is None:
            raise NotFoundError(
                None, None, "The summary writer has no open event file: it was closed, or never initialized."
            )
        return file


def writer_state(handle: Any) -> WriterState:
    """``handle``'s state, checked to be a summary writer's."""
    if not isinstance(handle, WriterState):
        raise InvalidArgumentError(
            None, None, f"Expected the handle of a summary writer, got that of a {type(handle).__name__}."
        )
    return handle
