"""Paths that match patterns: ``*``, ``?``, ``[...]`` within one level, hidden names included."""

from __future__ import annotations

import functools
import os
import re
from typing import Final

_WILD: Final = re.compile(r"[*?\[\\]")


@functools.lru_cache(maxsize=64)
def _expression(pattern: str) -> re.Pattern[str]:
    """One level of a pattern as a regular expression; a class that does not end is no class."""
    out = []
    place = 0
    while place < len(pattern):
        char = pattern[place]
        place += 1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "\\" and place < len(pattern):
            out.append(re.escape(pattern[place]))
            place += 1
        elif char == "[" and (end := pattern.find("]", place + 1 + pattern.startswith(("^", "!"), place))) > 0:
            inside = pattern[place:end]
            negated = inside[:1] in ("^", "!")
            members = re.sub(r"([\\\[\]^&~|])", r"\\\1", inside[negated:])
            out.append(f"[{'^/' if negated else ''}{members}]")
            place = end + 1
        else:
            out.append(re.escape(char))
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))


def matches_of(pattern: str) -> list[str]:
    """The paths that exist and match, in order; a pattern without wildcards is a path."""
    if not _WILD.search(pattern):
        return [pattern] if os.path.lexists(pattern) else []
    head, _, last = pattern.rstrip("/").rpartition("/")
    found = []
    for folder in matches_of(head) if head else ["/" if pattern.startswith("/") else ""]:
        try:
            names = os.listdir(folder or ".")
        except (FileNotFoundError, NotADirectoryError):
            continue
        found += [os.path.join(folder, name) for name in names if _expression(last).fullmatch(name)]
    return sorted(found)
