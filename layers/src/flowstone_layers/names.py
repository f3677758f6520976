"""Automatic names: ``Dense`` becomes ``dense``, ``dense_1``, ..."""

from __future__ import annotations

import re
import threading

_lock = threading.Lock()
_counts: dict[str, int] = {}


def snake_case(name: str) -> str:
    """``"MaxPooling2D"`` as ``"max_pooling2d"``."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def unique_name(prefix: str) -> str:
    """``prefix`` the first time, then ``prefix_1``, ``prefix_2``, ..."""
    with _lock:
        count = _counts.get(prefix, 0)
        _counts[prefix] = count + 1
    return prefix if count == 0 else f"{prefix}_{count}"


def auto_name(prefix: str) -> str:
    """A unique name from a class name."""
    return unique_name(snake_case(prefix))


def get_uid(prefix: str = "") -> int:
    """The next number (from 1) for ``prefix``: ``tf.keras.backend.get_uid``."""
    with _lock:
        _counts[prefix] = _counts.get(prefix, 0) + 1
        return _counts[prefix]


def reset_uids() -> None:
    """Start counting anew: part of ``tf.keras.backend.clear_session``."""
    with _lock:
        _counts.clear()
