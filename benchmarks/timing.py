"""Timing side by side: what is compared runs in turns, so that a busy machine slows all of it alike."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Program = Callable[[], Any]

clock = time.process_time if "cpu" in sys.argv else time.perf_counter
"""``cpu`` on the command line: the time of this process's threads, which does not grow while others work."""


def microseconds(programs: Mapping[str, Program], seconds: float = 0.3) -> dict[str, float]:
    """The median time of one call of each program, in microseconds.

    Each round times a burst of every program, one after the other; bursts last about a millisecond, and rounds go on
    for ``seconds`` in all and at least seven times.
    """
    bursts = {name: _calls_in(program, 1e-3) for name, program in programs.items()}
    samples: dict[str, list[float]] = {name: [] for name in programs}
    end = clock() + seconds
    while clock() < end or min(map(len, samples.values()), default=7) < 7:
        for name, program in programs.items():
            calls = range(bursts[name])
            start = clock()
            for _ in calls:
                program()
            samples[name].append((clock() - start) / len(calls))
    return {name: statistics.median(times) * 1e6 for name, times in samples.items()}


def _calls_in(program: Program, seconds: float) -> int:
    """How many calls of a program take about so many seconds, after warming up: the second call may compile."""
    for _ in range(3):
        program()
    start = clock()
    program()
    return max(1, round(seconds / max(clock() - start, 1e-7)))


def table(title: str, columns: Sequence[str], rows: Mapping[str, Mapping[str, float]]) -> None:
    """Print times, each with its ratio to the first column's (above 1: the first column is faster)."""
    width = max(map(len, rows), default=0)
    print(f"\n{title}\n{'':{width}}" + "".join(f"{column:>22}" for column in columns))
    for row, times in rows.items():
        cells = (
            f"{times[column]:10.2f} ({times[column] / times[columns[0]]:6.2f}x)" if column in times else ""
            for column in columns
        )
        print(f"{row:{width}}" + "".join(f"{cell:>22}" for cell in cells))
    for column in columns[1:]:
        ratios = [times[column] / times[columns[0]] for times in rows.values() if column in times]
        if ratios:
            print(f"{column}: {np.exp(np.mean(np.log(ratios))):.2f} times {columns[0]}'s time in the geometric mean")
