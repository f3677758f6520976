"""The warning about frequent retracing, which says what changed."""

from __future__ import annotations

import logging
from collections import deque
from typing import Any

from flowstone_graphfn.signature import Bound, FunctionSignature

HISTORY = 10
THRESHOLD = 5
MOST_WARNINGS = 2

_logger = logging.getLogger("flowstone")


class RetracingDetector:
    """Watches the calls of one function, and warns if many of the last ones traced anew.

    Attributes:
        calls: How many calls there were; the function counts them.
    """

    def __init__(self) -> None:
        self.calls = 0
        self._traced: deque[int] = deque(maxlen=HISTORY)
        self._warnings = 0

    def traced(self) -> bool:
        """Note that the last call traced; whether to warn now."""
        self._traced.append(self.calls)
        if self._recent() < THRESHOLD or self._warnings >= MOST_WARNINGS:
            return False
        self._warnings += 1
        return True

    def _recent(self) -> int:
        """How many of the last calls traced."""
        return sum(call > self.calls - HISTORY for call in self._traced)

    def warn(self, name: str, signature: FunctionSignature, new: Bound, earlier: list[Bound]) -> None:
        """Say that, and why, ``name`` was traced again."""
        _logger.warning(
            "%d out of the last %d calls to %s triggered tf.function retracing. Tracing is expensive. %s Pass tensors "
            "instead of Python values, keep shapes alike or use @tf.function(reduce_retracing=True), and do not "
            "create @tf.function repeatedly in a loop.",
            self._recent(),
            min(self.calls, HISTORY),
            name,
            reason(signature, new, earlier),
        )


def reason(signature: FunctionSignature, new: Bound, earlier: list[Bound]) -> str:
    """Why arguments of the types ``new`` were traced anew, compared with the nearest earlier trace."""
    if not earlier:
        return "The function itself is new."
    differences = min((_differences(signature, new, old) for old in reversed(earlier)), key=len)
    if not differences:
        return "The surroundings of the call changed."
    return "This time " + "; ".join(differences) + "."


def _differences(signature: FunctionSignature, new: Bound, old: Bound) -> list[str]:
    after, before = signature.by_name(new), signature.by_name(old)
    found = []
    for name in {**before, **after}:
        if name not in after:
            found.append(f"the argument {name!r} was missing")
        elif name not in before:
            found.append(f"the argument {name!r} was new")
        elif after[name] != before[name]:
            found.append(f"the argument {name!r} was {_short(after[name])}, before it was {_short(before[name])}")
    return found


def _short(kind: Any) -> str:
    text = repr(kind)
    return text if len(text) < 160 else text[:157] + "..."
