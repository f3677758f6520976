"""Whether functions called now are to be converted: the state of this thread.

``tf.function`` enables conversion while it traces; ``do_not_convert`` disables it for what it calls. Library
functions that take callbacks (``tf.map_fn``, ``tf.cond``, layers, ...) ask for it to treat those callbacks alike.
"""

from __future__ import annotations

import enum
import threading
from types import TracebackType

from flowstone_graphfn.autograph.options import DEFAULT, Options


class Status(enum.Enum):
    """Whether to convert."""

    UNSPECIFIED = 0
    ENABLED = 1
    DISABLED = 2


class _State(threading.local):
    status: Status = Status.UNSPECIFIED
    options: Options = DEFAULT


_state = _State()


def status() -> Status:
    """This thread's status."""
    return _state.status


def options() -> Options:
    """The options in force where conversion is enabled."""
    return _state.options


class control_status:
    """A context in which conversion is enabled, disabled or unspecified."""

    __slots__ = ("_options", "_saved", "_status")

    def __init__(self, status: Status, options: Options = DEFAULT) -> None:
        self._status = status
        self._options = options

    def __enter__(self) -> None:
        self._saved = (_state.status, _state.options)
        _state.status, _state.options = self._status, self._options

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _state.status, _state.options = self._saved
