"""Where in the user's code an operator runs, for messages."""

from __future__ import annotations

import sys
from pathlib import Path

_PACKAGE = str(Path(__file__).resolve().parent.parent)


def label(name: str) -> str:
    """A variable as messages call it."""
    return "the return value" if name.startswith("ag_returned_") else name


def user_line() -> str:
    """``file, line n`` of the innermost frame outside of AutoGraph."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}, line {frame.f_lineno}"
