"""Profiles: what ran when, in all threads, while somebody asks for it (``tf.profiler.experimental``).

Nothing here costs anything while no session runs: only then are kernels and plans replaced by ones that look at the
clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple

MOST = 1_000_000
"""Sessions keep no more events than this, as TensorBoard shows no more."""

USERS, OPS = 1, 2
"""Levels of detail: what users mark and functions that they call; also ops and the nodes of functions."""


class Label(NamedTuple):
    """What an event was.

    Attributes:
        name: The name of a node, an op, a function, or what the user called it.
        kind: ``"op"``, ``"function"``, ``"compile"`` or ``"user"``.
        op: The name of the op, for ``"op"``; for nodes that run in one piece, those of all.
        function: The function that a node belongs to.
    """

    name: str
    kind: str
    op: str = ""
    function: str = ""


class Event(NamedTuple):
    """Something that happened in one thread; times are nanoseconds of ``time.perf_counter_ns``."""

    label: Label
    start: int
    end: int
    thread: int
    details: Mapping[str, Any] | None = None


class Session:
    """A running or finished profile.

    Args:
        level: What is recorded: 0 nothing, ``USERS``, ``OPS`` or more.

    Attributes:
        events: What ended so far, in that order.
        dropped: Whether there were more than ``MOST``.
        started: When it began (nanoseconds since 1970).
        clock: The same moment on the events' clock.
        stopped: When it ended (nanoseconds since 1970); 0 while it runs.
        threads: The names of threads, by their identifiers.
    """

    def __init__(self, level: int) -> None:
        self.level = level
        self.events: list[Event] = []
        self.dropped = False
        self.started, self.clock = time.time_ns(), time.perf_counter_ns()
        self.stopped = 0
        self.threads: dict[int, str] = {}

    now = staticmethod(time.perf_counter_ns)
    """The events' clock."""

    def add(self, label: Label, start: int, details: Mapping[str, Any] | None = None) -> None:
        """Note that something that began at ``start`` ends now."""
        end, thread = time.perf_counter_ns(), threading.get_ident()
        if self.stopped:
            return
        if thread not in self.threads:
            self.threads[thread] = threading.current_thread().name
        if len(self.events) < MOST:
            self.events.append(Event(label, start, end, thread, details))
        else:
            self.dropped = True

    def timed(self, label: Label, function: Callable[..., Any]) -> Callable[..., Any]:
        """``function``, each call of which is an event of this session, also one that fails."""
        add, clock = self.add, time.perf_counter_ns

        @wraps(function, updated=())
        def called(*arguments: Any, **keywords: Any) -> Any:
            start = clock()
            try:
                return function(*arguments, **keywords)
            finally:
                add(label, start)

        return called


class _Current:
    """The running session, if any: one for the whole process, as in TensorFlow."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.session: Session | None = None


_current = _Current()
_subscribers: list[Callable[[], None]] = []


def subscribe(callback: Callable[[], None]) -> None:
    """Have ``callback`` called when a session begins and when it ends: what looks at the clock, or not, changes."""
    _subscribers.append(callback)


def _renew() -> None:
    for callback in _subscribers:
        callback()


def current(level: int) -> Session | None:
    """The running session, if there is one that records events of this level."""
    session = _current.session
    return session if session is not None and session.level >= level else None


def start(level: int) -> Session | None:
    """Begin a session; None if one is running."""
    with _current.lock:
        if _current.session is not None:
            return None
        session = _current.session = Session(level)
    _renew()
    return session


def stop() -> Session | None:
    """End the session; None if none is running."""
    with _current.lock:
        session, _current.session = _current.session, None
    if session is not None:
        session.stopped = time.time_ns()
        _renew()
    return session
