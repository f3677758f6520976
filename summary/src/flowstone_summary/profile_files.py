"""A profile as files: an XSpace for TensorBoard's profile plug-in, and a trace for ``chrome://tracing``.

Both stand in ``<logdir>/plugins/profile/<date and time>/``, named after the host, where the plug-in looks for them.
"""

from __future__ import annotations

import gzip
import json
import platform
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from flowstone_core.files import tensorflow_errors, write_whole
from flowstone_core.profiling import Event, Label, Session
from flowstone_protos.xplane_pb2 import XPlane, XSpace, XStat

HOST_PLANE = "/host:CPU"
TASK_PLANE = "Task Environment"


def write_profile(logdir: str | Path, session: Session) -> Path:
    """Write what a session recorded.

    Args:
        logdir: TensorBoard's folder.
        session: The session, stopped.

    Returns:
        The folder with the files.
    """
    began = datetime.fromtimestamp(session.started / 1e9).astimezone()
    folder = Path(logdir) / "plugins" / "profile" / began.strftime("%Y_%m_%d_%H_%M_%S")
    host = platform.node() or "localhost"
    trace = json.dumps(chrome_trace(session), separators=(",", ":")).encode()
    with tensorflow_errors(f"write a profile into {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"{host}.xplane.pb", xspace(session, host).SerializeToString())
        write_whole(folder / f"{host}.trace.json.gz", gzip.compress(trace, mtime=session.started // 10**9))
    return folder


def event_name(label: Label) -> str:
    """What an event is called: nodes and ops ``name:op``, as TensorFlow calls them."""
    return f"{label.name}:{label.op}" if label.op else label.name


def _details(event: Event) -> dict[str, Any]:
    """What is told of an event besides its name and times."""
    label = event.label
    told: dict[str, Any] = {"function": label.function} if label.function else {}
    return {**told, **{name: value for name, value in (event.details or {}).items() if value is not None}}


# -- chrome://tracing --------------------------------------------------------------------------------------------------


def chrome_trace(session: Session) -> dict[str, Any]:
    """The events in Chrome's trace format: complete events (``X``) and the names of processes and threads (``M``).

    Source: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU (Trace Event Format).
    """
    numbers = _thread_numbers(session)
    events: list[dict[str, Any]] = [_named("process_name", HOST_PLANE, 0)]
    events += [_named("thread_name", session.threads[thread], number) for thread, number in numbers.items()]
    for event in session.events:
        made: dict[str, Any] = {
            "ph": "X",
            "pid": 1,
            "tid": numbers[event.thread],
            "name": event_name(event.label),
            "cat": event.label.kind,
            "ts": (event.start - session.clock) / 1e3,
            "dur": (event.end - event.start) / 1e3,
        }
        if details := _details(event):
            made["args"] = {name: value if _is_number(value) else str(value) for name, value in details.items()}
        events.append(made)
    return {"displayTimeUnit": "ns", "traceEvents": events}


def _named(what: str, name: str, thread: int) -> dict[str, Any]:
    return {"ph": "M", "pid": 1, "tid": thread, "name": what, "args": {"name": name}}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _thread_numbers(session: Session) -> dict[int, int]:
    """Small numbers for threads, in the order in which they began to work."""
    return {thread: number for number, thread in enumerate(session.threads, 1)}


# -- TensorBoard -------------------------------------------------------------------------------------------------------


def xspace(session: Session, host: str) -> XSpace:
    """The events as an ``XSpace``: one plane for the host, a line for each thread."""
    space = XSpace(hostnames=[host])
    if session.dropped:
        space.warnings.append(f"only the first {len(session.events)} events were kept")
    plane = _Plane(space.planes.add(name=HOST_PLANE))
    lines = {}
    for thread, number in _thread_numbers(session).items():
        name = session.threads[thread]
        lines[thread] = plane.plane.lines.add(
            id=thread, display_id=number, name=name, display_name=name, timestamp_ns=session.started
        )
    for event in sorted(session.events, key=lambda event: (event.start, -event.end)):
        line = lines[event.thread]
        made = line.events.add(
            metadata_id=plane.event(event_name(event.label), event.label.op or event.label.name),
            offset_ps=1000 * (event.start - session.clock),
            duration_ps=1000 * (event.end - event.start),
        )
        made.stats.extend(plane.statistics(_details(event)))
    task = _Plane(space.planes.add(id=1, name=TASK_PLANE))
    times = {"profile_start_time": session.started, "profile_stop_time": session.stopped}
    task.plane.stats.extend(XStat(metadata_id=task.statistic(name), uint64_value=time) for name, time in times.items())
    return space


class _Plane:
    """A plane that is being filled, with the numbers of its names."""

    def __init__(self, plane: XPlane) -> None:
        self.plane = plane
        self._events: dict[tuple[str, str], int] = {}
        self._statistics: dict[str, int] = {}

    def event(self, name: str, display_name: str) -> int:
        """The number of an event's name."""
        number = self._events.get((name, display_name))
        if number is None:
            number = self._events[name, display_name] = len(self._events) + 1
            metadata = self.plane.event_metadata[number]
            metadata.id, metadata.name, metadata.display_name = number, name, display_name
        return number

    def statistic(self, name: str) -> int:
        """The number of a statistic's name."""
        number = self._statistics.get(name)
        if number is None:
            number = self._statistics[name] = len(self._statistics) + 1
            metadata = self.plane.stat_metadata[number]
            metadata.id, metadata.name = number, name
        return number

    def statistics(self, details: Mapping[str, Any]) -> list[XStat]:
        """Details of an event."""
        found = []
        for name, value in details.items():
            number = self.statistic(name)
            if isinstance(value, float):
                found.append(XStat(metadata_id=number, double_value=value))
            elif isinstance(value, int) and -(2**63) <= value < 2**63:
                found.append(XStat(metadata_id=number, int64_value=value))
            else:
                found.append(XStat(metadata_id=number, str_value=str(value)))
        return found
