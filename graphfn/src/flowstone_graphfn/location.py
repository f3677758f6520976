"""Where in the user's source a node was made, taken cheaply and worked out only when somebody asks."""

from __future__ import annotations

import dis
import linecache
import sys
from dataclasses import dataclass
from types import CodeType


@dataclass(frozen=True, slots=True)
class Location:
    """A place in source code.

    Attributes:
        file: The file name, as Python's tracebacks have it.
        line: The line number, from 1.
        function: The name of the function.
    """

    file: str
    line: int
    function: str

    @property
    def text(self) -> str:
        """The line itself, stripped; empty if the source cannot be read."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        text = self.text
        place = f'File "{self.file}", line {self.line}, in {self.function}'
        return f"{place}\n  {text}" if text else place


Mark = tuple[CodeType, int]
"""A place not yet worked out: a code object and an offset into its instructions."""

_of_this_project: dict[str, bool] = {}


def mark_user(depth: int = 2) -> Mark | None:
    """The innermost place on the stack, from ``depth`` frames up, that is not in a package of this project.

    A stack that has none (a test of our own) gives its outermost place.
    """
    frame = sys._getframe(depth)
    while True:
        code = frame.f_code
        ours = _of_this_project.get(code.co_filename)
        if ours is None:
            module = frame.f_globals.get("__name__") or ""
            ours = module.partition(".")[0].partition("_")[0] == "flowstone"
            _of_this_project[code.co_filename] = ours
        if not ours:
            return code, frame.f_lasti
        outer = frame.f_back
        if outer is None:
            return code, frame.f_lasti
        frame = outer


def resolve(mark: Mark | None) -> Location | None:
    """The place that a mark stands for."""
    if mark is None:
        return None
    code, offset = mark
    line = code.co_firstlineno
    for start, number in dis.findlinestarts(code):
        if start > offset:
            break
        if number is not None:
            line = number
    return Location(code.co_filename, line, code.co_name)
