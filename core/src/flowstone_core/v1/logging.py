"""``tf.compat.v1.logging``: TensorFlow's log, which is Python's logger ``tensorflow``."""

from __future__ import annotations

import itertools
import logging
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

DEBUG, INFO, WARN, ERROR, FATAL = logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL

_log = logging.getLogger("tensorflow")
_calls: defaultdict[tuple[str, int], Iterator[int]] = defaultdict(itertools.count)


def debug(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Log ``msg % args`` at the level ``DEBUG``."""
    _log.debug(msg, *args, **kwargs)


def info(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Log ``msg % args`` at the level ``INFO``."""
    _log.info(msg, *args, **kwargs)


def warning(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Log ``msg % args`` at the level ``WARN``."""
    _log.warning(msg, *args, **kwargs)


warn = warning


def error(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Log ``msg % args`` at the level ``ERROR``."""
    _log.error(msg, *args, **kwargs)


def fatal(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Log ``msg % args`` at the level ``FATAL``."""
    _log.critical(msg, *args, **kwargs)


def log(level: int, msg: Any, *args: Any, **kwargs: Any) -> None:
    """Log ``msg % args`` at a level."""
    _log.log(level, msg, *args, **kwargs)


vlog = log


def _count() -> int:
    """How often the caller of the caller has logged from its line."""
    frame = sys._getframe(2)
    return next(_calls[frame.f_code.co_filename, frame.f_lineno])


def log_every_n(level: int, msg: Any, n: int, *args: Any) -> None:
    """Log at the first of every ``n`` calls from a line."""
    if _count() % n == 0:
        _log.log(level, msg, *args)


def log_first_n(level: int, msg: Any, n: int, *args: Any) -> None:
    """Log at the first ``n`` calls from a line."""
    if _count() < n:
        _log.log(level, msg, *args)


def log_if(level: int, msg: Any, condition: Any, *args: Any) -> None:
    """Log if ``condition`` holds."""
    if condition:
        _log.log(level, msg, *args)


def TaskLevelStatusMessage(msg: Any) -> None:
    """Log ``msg`` as the state of a task, at the level ``ERROR``."""
    _log.error(msg)


def get_verbosity() -> int:
    """The lowest level that is shown."""
    return _log.getEffectiveLevel()


def set_verbosity(v: Any) -> None:
    """Show levels from ``v`` on, a number or a name."""
    _log.setLevel(v.upper() if isinstance(v, str) else v)


def flush() -> None:
    """Write out what handlers hold back."""
    for handler in _log.handlers:
        handler.flush()
