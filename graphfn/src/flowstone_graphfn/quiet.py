"""Numpy's floating point warnings: off while kernels of a plan run, the user's own while user code runs.

A plan of leaf kernels runs in the thread's quiet context (``state.quiet``), which hides the user's context
variables and cannot be entered twice. A plan that calls back into user code (``py_function``, iterators) runs in
the user's context instead, with the warnings turned off around it and on again around each such call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


class _Settings(threading.local):
    """The settings that hold outside of the outermost plan of this thread that runs in the user's context."""

    user: dict[str, Any] | None = None


_settings = _Settings()


def run_quietly(body: Callable[..., Any], arrays: Sequence[Any]) -> Any:
    """``body(*arrays)`` in the user's context, without warnings."""
    outer = _settings.user
    _settings.user = np.geterr() if outer is None else outer  # type: ignore[assignment]
    try:
        with np.errstate(all="ignore"):
            return body(*arrays)
    finally:
        _settings.user = outer


def loud(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """``kernel`` with the user's settings, for kernels that run user code or ops."""

    def run(*arrays: Any) -> Any:
        user = _settings.user
        if user is None:
            return kernel(*arrays)
        _settings.user = None
        try:
            with np.errstate(**user):
                return kernel(*arrays)
        finally:
            _settings.user = user

    return run
