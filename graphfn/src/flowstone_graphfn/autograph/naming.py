"""Names for what conversion adds to a function."""

from __future__ import annotations

import ast
from collections import Counter


class Namer:
    """Makes names that the function does not use: ``ag_if_1``, ``ag_if_2``, ...

    Args:
        node: The function; all names in it, also in nested functions, count as used.
    """

    def __init__(self, node: ast.AST) -> None:
        self._used: set[str] = set()
        self._last: Counter[str] = Counter()
        for inner in ast.walk(node):
            for field in ("id", "name", "arg", "attr", "rest"):
                value = getattr(inner, field, None)
                if isinstance(value, str):
                    self._used.add(value)

    def new(self, stem: str) -> str:
        """A new name with ``stem`` in it."""
        while True:
            self._last[stem] += 1
            candidate = f"ag_{stem}_{self._last[stem]}"
            if candidate not in self._used:
                self._used.add(candidate)
                return candidate
