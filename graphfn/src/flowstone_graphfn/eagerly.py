"""The switch that makes functions run as plain Python: ``tf.config.run_functions_eagerly``."""

from __future__ import annotations

run_eagerly = False


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Make calls of ``tf.function`` run the Python function op by op, for debugging; or stop that.

    Breakpoints, ``print`` and ``.numpy()`` then work inside functions.

    Args:
        run_eagerly: Whether to.
    """
    _set(bool(run_eagerly))


def functions_run_eagerly() -> bool:
    """Whether functions run as plain Python now."""
    return run_eagerly


def _set(value: bool) -> None:
    globals()["run_eagerly"] = value
