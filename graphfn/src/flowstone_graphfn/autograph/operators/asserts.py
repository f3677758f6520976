"""``assert``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_graphfn.autograph import backend
from flowstone_graphfn.autograph.backend import is_symbolic


def holds(test: Any, message: Callable[[], Any] | None = None) -> Any:
    """What an ``assert`` statement tests: a symbolic test becomes an op that checks it when the graph runs."""
    if not is_symbolic(test):
        return test
    graph = backend.current()
    said = "assertion failed" if message is None else message()
    text, data = (said, []) if isinstance(said, str) else ("assertion failed", [said])
    graph.check(graph.predicate(test, "assert statement"), text, data)
    return True
