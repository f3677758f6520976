"""A progress bar on one line of the terminal."""

from __future__ import annotations

import math
import sys
import time
from typing import Any

WIDTH = 20


class Progbar:
    """Shows how far a loop is, and values beside it.

    Args:
        target: The number of steps, or None if unknown.
        width: The width of the bar, in characters.
        verbose: 0 silent, 1 a bar, 2 only the last line.
        interval: The least number of seconds between two redraws.
        stateful_metrics: Names of values that are shown as they are, not averaged (None: all).
        unit_name: What a step is called.
    """

    def __init__(
        self,
        target: int | None,
        width: int = WIDTH,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Any = None,
        unit_name: str = "step",
    ) -> None:
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or [])
        self._values: dict[str, list[float]] = {}
        self._seen_so_far = 0
        self._start = time.monotonic()
        self._last_update = 0.0
        self._drawn = 0
        self._dynamic = hasattr(sys.stdout, "isatty") and sys.stdout.isatty()

    def update(self, current: int, values: Any = None, finalize: bool | None = None) -> None:
        """Show step ``current`` with ``values`` (pairs of name and value)."""
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or []:
            self._take(name, float(value), current)
        self._seen_so_far = current
        now = time.monotonic()
        if self.verbose == 1:
            if now - self._last_update < self.interval and not finalize:
                return
            self._draw(self._line(current, now, finalize), finalize)
            self._last_update = now
        elif self.verbose == 2 and finalize:
            sys.stdout.write(self._line(current, now, finalize) + "\n")
            sys.stdout.flush()

    def add(self, n: int, values: Any = None) -> None:
        """Show ``n`` more steps."""
        self.update(self._seen_so_far + n, values)

    def _take(self, name: str, value: float, current: int) -> None:
        if name in self.stateful_metrics or name not in self._values:
            weight = max(current - self._seen_so_far, 1)
            self._values[name] = [value, 1] if name in self.stateful_metrics else [value * weight, weight]
        else:
            weight = max(current - self._seen_so_far, 1)
            self._values[name][0] += value * weight
            self._values[name][1] += weight

    def _line(self, current: int, now: float, finalize: bool) -> str:
        parts = []
        if self.target is not None:
            digits = int(math.log10(max(self.target, 1))) + 1
            filled = min(self.width, round(self.width * current / max(self.target, 1)))
            bar = "━" * filled + "─" * (self.width - filled) if self.verbose == 1 else ""
            parts.append(f"{current:{digits}d}/{self.target} {bar}".rstrip())
        else:
            parts.append(f"{current}/Unknown")
        elapsed = now - self._start
        per_step = elapsed / max(current, 1)
        if self.target is None or finalize:
            parts.append(f"{elapsed:.0f}s {_readable(per_step)}/{self.unit_name}")
        else:
            parts.append(f"{_clock(per_step * (self.target - current))} {_readable(per_step)}/{self.unit_name}")
        text = " ".join(parts)
        for name, (total, count) in self._values.items():
            mean = total / max(count, 1)
            text += f" - {name}: {mean:.4f}" if abs(mean) > 1e-3 or mean == 0 else f" - {name}: {mean:.4e}"
        return text

    def _draw(self, line: str, finalize: bool) -> None:
        if self._dynamic:
            sys.stdout.write("\r" + line + " " * max(self._drawn - len(line), 0) + ("\n" if finalize else ""))
            self._drawn = len(line)
            sys.stdout.flush()
        elif finalize:  # a file or a pipe gets the last line alone
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


def _readable(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.0f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"


def _clock(seconds: float) -> str:
    whole = int(seconds)
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}" if whole >= 60 else f"{whole}s"
