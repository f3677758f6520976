"""Source of functions typed at Python's plain prompt, which keeps none itself: the history of readline has it."""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Iterator
from itertools import count
from types import CodeType, ModuleType

FILENAME = "<stdin>"
"""The file name of what is typed."""

_LONGEST = 500
"""The most lines of one statement."""

_numbers = count(1)
_known: dict[CodeType, str] = {}


def file_of(code: CodeType) -> str | None:
    """The name by which ``linecache`` has the statement that ``code`` was typed in; None if it is not to be found.

    Only what compiles to that very code counts, so lines that merely look alike are no danger.
    """
    if code.co_filename != FILENAME:
        return None
    if code in _known:
        return _known[code]
    readline = sys.modules.get("readline")
    if readline is None or not hasattr(readline, "get_current_history_length"):
        return None
    lines = _history(readline)
    for text in _statements(lines, code):
        if _holds(text, code):
            name = _known[code] = f"<stdin-{next(_numbers)}>"
            linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
            return name
    return None


def _history(readline: ModuleType) -> list[str]:
    """What was typed, a line each."""
    length = readline.get_current_history_length()
    entries = (readline.get_history_item(index) for index in range(1, length + 1))
    return [line for entry in entries if entry for line in entry.split("\n")]


def _statements(lines: list[str], code: CodeType) -> Iterator[str]:
    """Runs of lines in which ``code`` may stand at its line, the last typed first, the shorter first."""
    words = ("lambda",) if code.co_name == "<lambda>" else ("@", f"def {code.co_name}")
    before = code.co_firstlineno - 1
    for at in range(len(lines) - 1, before - 1, -1):
        if any(word in lines[at] for word in words):
            start = at - before
            for end in range(at + 1, min(len(lines), start + _LONGEST) + 1):
                if end == len(lines) or not lines[end][:1].isspace():
                    yield "\n".join(lines[start:end]) + "\n"


def _holds(text: str, code: CodeType) -> bool:
    """Whether ``text`` is a statement with ``code`` in it."""
    try:
        tree = ast.parse(text, FILENAME)
        made = compile(tree, FILENAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return len(tree.body) == 1 and code in _codes(made)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code objects in ``code``, at any depth."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)
