"""What AutoGraph tells: ``tf.autograph.set_verbosity`` and ``tf.autograph.trace``."""

from __future__ import annotations

import logging
import os
import sys
import weakref
from collections.abc import Callable
from typing import Any

logger = logging.getLogger("flowstone.autograph")

VARIABLE = "AUTOGRAPH_VERBOSITY"


class _Verbosity:
    level: int = int(os.environ.get(VARIABLE, "0") or 0)
    to_stdout: bool = False


def set_verbosity(level: int, alsologtostdout: bool = False) -> None:
    """Set how much AutoGraph tells: 0 nothing, 1 which functions are converted, 3 and more also their code.

    The environment variable ``AUTOGRAPH_VERBOSITY`` sets it from the start.

    Args:
        level: The level; larger is more.
        alsologtostdout: Whether to write to standard output too.
    """
    _Verbosity.level = level
    _Verbosity.to_stdout = alsologtostdout


def tell(level: int, say: Callable[[], str]) -> None:
    """Log what ``say`` returns if the verbosity is at least ``level``."""
    if level > _Verbosity.level:
        return
    message = say()
    logger.warning("%s", message)
    if _Verbosity.to_stdout:
        sys.stdout.write(message + "\n")


def trace(*args: Any) -> None:
    """Print the arguments when a function is traced (not when it runs).

    >>> @tf.function
    ... def f(x):
    ...     tf.autograph.trace("tracing")
    ...     return x
    >>> _ = f(tf.constant(1)), f(tf.constant(2))
    tracing
    """
    print(*args)


_warned: weakref.WeakSet[Any] = weakref.WeakSet()


def warn_unconverted(function: Callable[..., Any], cause: Exception | str) -> None:
    """Say once for each function why it is called as it is."""
    code = getattr(function, "__code__", function)
    try:
        if code in _warned:
            return
        _warned.add(code)
    except TypeError:
        pass
    logger.warning(
        "AutoGraph could not transform %r and will run it as-is.\nCause: %s\nTo silence this warning, decorate the "
        "function with @tf.autograph.experimental.do_not_convert",
        function,
        cause,
    )
