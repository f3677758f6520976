"""``tf.profiler.experimental``: what ran when, for TensorBoard's profile plug-in and ``chrome://tracing``."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

from flowstone_core import profiling
from flowstone_core.errors import AlreadyExistsError, UnavailableError

from flowstone_summary.profile_files import write_profile


class ProfilerOptions(NamedTuple):
    """What to record.

    Attributes:
        host_tracer_level: 0 nothing, 1 what ``Trace`` marks and calls of traced functions, 2 (the default) and 3 also
            each op and each node of traced functions.
        python_tracer_level: Calls of Python functions are not recorded; anything but 0 is an error at ``start``.
        device_tracer_level: Accepted; there are no devices besides the host.
        delay_ms: Accepted; only profiles of several hosts wait.
    """

    host_tracer_level: int = 2
    python_tracer_level: int = 0
    device_tracer_level: int = 1
    delay_ms: int | None = None


class _Logdir:
    """Where the running profile goes."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.path: str | Path = ""


_logdir = _Logdir()


def start(logdir: Any, options: ProfilerOptions | None = None) -> None:
    """Start to record what runs, in all threads: eager ops, calls of traced functions and their nodes.

    What was compiled is written anew so that it looks at the clock; without a profile nothing does.

    Args:
        logdir: Where ``stop`` writes: TensorBoard's folder.
        options: How much to record.

    Raises:
        AlreadyExistsError: If another profile is running.
        ValueError: If Python's calls are asked for.

    Example::

        tf.profiler.experimental.start("logs")
        train_step(images, labels)
        tf.profiler.experimental.stop()
    """
    chosen = ProfilerOptions() if options is None else options
    if chosen.python_tracer_level:
        raise ValueError(
            f"python_tracer_level={chosen.python_tracer_level}: calls of Python functions are not recorded; use 0, and "
            "cProfile beside it."
        )
    with _logdir.lock:
        if profiling.start(chosen.host_tracer_level) is None:
            raise AlreadyExistsError(None, None, "Another profiler is running.")
        _logdir.path = logdir


def stop(save: bool = True) -> None:
    """Stop recording and write the profile.

    Args:
        save: Whether to write it, into ``<logdir>/plugins/profile/<date and time>/``.

    Raises:
        UnavailableError: If no profile is running.
    """
    with _logdir.lock:
        session, path = profiling.stop(), _logdir.path
    if session is None:
        raise UnavailableError(None, None, "Cannot export profiling results. No profiler is running.")
    if save:
        write_profile(path, session)


class Profile:
    """A context in which what runs is recorded.

    Example::

        with tf.profiler.experimental.Profile("logs"):
            train_step(images, labels)

    Args:
        logdir: As for ``start``.
        options: As for ``start``.
    """

    def __init__(self, logdir: Any, options: ProfilerOptions | None = None) -> None:
        self._logdir = logdir
        self._options = options

    def __enter__(self) -> None:
        start(self._logdir, self._options)

    def __exit__(self, *exception: object) -> None:
        stop()


class Trace:
    """A context that is an event of the profile, if one is recorded; TensorBoard finds training steps by it.

    Example::

        for step, batch in enumerate(batches):
            with tf.profiler.experimental.Trace("train", step_num=step, _r=1):
                train_step(batch)

    Args:
        name: What the event is called.
        **kwargs: What else is told of it; ``step_num`` is the number of the step, and ``_r=1`` says that it is one.
    """

    __slots__ = ("_details", "_label", "_session", "_start")

    def __init__(self, name: str, **kwargs: Any) -> None:
        self._session = profiling.current(profiling.USERS)
        if self._session is not None:
            self._label = profiling.Label(name, "user")
            self._details = kwargs
            self._start = time.perf_counter_ns()

    def __enter__(self) -> Trace:
        if self._session is not None:
            self._start = time.perf_counter_ns()
        return self

    def set_metadata(self, **kwargs: Any) -> None:
        """Tell more of the event."""
        if self._session is not None:
            self._details.update(kwargs)

    def __exit__(self, *exception: object) -> None:
        if self._session is not None:
            self._session.add(self._label, self._start, self._details)
