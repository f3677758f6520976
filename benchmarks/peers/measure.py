"""Measure all rows: every contestant in its own process, with as many cores, taking turns.

    nox -s bench -- peers                 all rows; results go to benchmarks/results
    nox -s bench -- peers --write         and into benchmarks/README.md, with the plots
    nox -s bench -- peers --only LSTM     rows with this in their name
    nox -s bench -- peers --busy          one core and processor time, for a machine that has other work
    nox -s bench -- peers --tables        the tables and plots of the last run again

For a row all contestants make their program and call it; then they run bursts of calls, one contestant after the
other, round by round, while the others sleep. The median of the bursts counts. So whatever else the machine does, and
however its clock changes, hits all alike, and no framework's threads are in another's way.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from peers import limits, report, rows, worker

HERE = Path(__file__).parents[1]
BURST = 10e-3
"""How long a burst lasts, in seconds; at least one call."""

ROUNDS = (5, 25)
"""The fewest and the most rounds of bursts."""

ENOUGH = 3
"""The fewest bursts of a contestant that takes the time of all others together."""

TOLERANCE = 1e-3
"""How far fingerprints may be apart, relative to the largest number in them."""


class Contestant:
    """A process that runs one framework's programs."""

    def __init__(self, name: str, threads: int, caches: str, log: IO[str]) -> None:
        self.name = name
        count = {key: str(threads) for key in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
        path = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = {**os.environ, **worker.settings(name, caches), **count, "PYTHONPATH": path}
        command = [sys.executable, "-m", "peers.worker", name, str(threads)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        )
        self.started = self.answer()

    def ask(self, **request: Any) -> None:
        """Send a request."""
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps(request), file=self.process.stdin, flush=True)

    def answer(self) -> dict[str, Any]:
        """The answer to the oldest request; a process that has died always answers that it failed."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"failed": "the process died"}

    def stop(self) -> None:
        """Let the process end."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def measure(row: rows.Row, contestants: Sequence[Contestant], seconds: float) -> dict[str, Any]:
    """The results of one row."""
    one_by_one = row.name in rows.COMPILED  # their first calls are timed
    made: dict[str, dict[str, Any]] = {}
    if not one_by_one:
        for contestant in contestants:
            contestant.ask(do="make", row=row.name)
    for contestant in contestants:
        if one_by_one:
            contestant.ask(do="make", row=row.name)
        made[contestant.name] = contestant.answer()
    playing = [contestant for contestant in contestants if "once" in made[contestant.name]]
    calls = {contestant.name: 1 for contestant in playing}
    samples: dict[str, list[float]] = {contestant.name: [] for contestant in playing}
    spent = dict.fromkeys(calls, 0.0)
    end = time.perf_counter() + seconds
    for number in range(1 + ROUNDS[1]):
        if number > ROUNDS[0] and time.perf_counter() > end:
            break
        for contestant in playing:
            if spent[contestant.name] > seconds and len(samples[contestant.name]) >= ENOUGH:
                continue  # so slow that the others would wait for it
            contestant.ask(do="burst", calls=calls[contestant.name])
            took = contestant.answer()["seconds"]
            spent[contestant.name] += took * calls[contestant.name]
            if number:  # the round before the first finds out how many calls make a burst
                samples[contestant.name].append(took)
            calls[contestant.name] = max(1, min(100_000, round(BURST / max(took, 1e-8))))
    times = {
        name: {"median": statistics.median(found) * 1e6, "least": min(found) * 1e6, "bursts": len(found)}
        for name, found in samples.items()
    }
    without = {name: answer.get("skipped") or answer["failed"] for name, answer in made.items() if name not in times}
    return {
        "name": row.name,
        "group": row.group,
        "microseconds": times,
        "without": without,
        "first call, seconds": {name: made[name]["first"] for name in times},
        "differ": differ({name: made[name]["fingerprint"] for name in times}),
    }


def differ(fingerprints: dict[str, list[float]]) -> list[str]:
    """The contestants whose results are not those of most."""

    def near(one: list[float], other: list[float]) -> bool:
        scale = TOLERANCE * max(map(abs, other), default=0.0) + 1e-6
        sizes = [abs(x - y) <= scale for x, y in zip(one, other, strict=False)]
        return len(one) == len(other) and all(sizes)

    return [
        name
        for name, mine in fingerprints.items()
        if 2 * sum(near(mine, other) for other in fingerprints.values()) < len(fingerprints)
    ]


def compiled(names: Sequence[str], threads: int, caches: str, log: IO[str]) -> dict[str, Any]:
    """In new processes, with what earlier ones left on disk: the seconds of first calls, and the memory needed."""
    found: dict[str, Any] = {}
    for name in names:
        contestant = Contestant(name, threads, caches, log)
        seconds: dict[str, float] = {}
        for row in rows.COMPILED:
            contestant.ask(do="make", row=row)
            answer = contestant.answer()
            if "first" in answer:
                seconds[row] = answer["first"]
        contestant.ask(do="memory")
        most = contestant.answer().get("megabytes")
        started = contestant.started
        found[name] = {"seconds": seconds, "megabytes": most, "import": started.get("ready")}
        found[name]["megabytes, imported"] = started.get("megabytes")
        contestant.stop()
    return found


def processor() -> str:
    """What kind of processor this is, in general words."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        flags = ""
    vectors = next(
        (name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("asimd", "NEON")) if flag in flags), ""
    )
    return " ".join(filter(None, [platform.machine(), vectors]))


def installed(contestant: str) -> str | None:
    """The version of a contestant's package."""
    package = worker.PACKAGES.get(contestant, contestant)
    if not find_spec(package):
        return None
    names = {"tensorflow": "tensorflow-cpu", "flowstone_kernels_simd": "flowstone-kernels-simd"}
    for name in (names.get(package, package), package):
        with contextlib.suppress(ImportError):
            return version(name)
    return "?"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(prog="peers", description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write tables and plots into benchmarks/README.md")
    parser.add_argument("--tables", action="store_true", help="no measurements: the last run's tables again")
    parser.add_argument("--only", default="", help="only rows with this in their name or group")
    parser.add_argument("--contestants", nargs="*", default=list(worker.CONTESTANTS), choices=worker.CONTESTANTS)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)  # fmt: skip
    parser.add_argument(
        "--busy", action="store_true", help="one core, processor time: for a machine that has other work"
    )
    parser.add_argument("--seconds", type=float, default=1.5, help="how long a row's bursts go on, in all")
    parser.add_argument("--json", type=Path, default=HERE / "results" / "peers.json")
    options = parser.parse_args(arguments)
    if options.busy:
        options.threads = 1
        os.environ["PEERS_CLOCK"] = "processor"
    if not options.tables:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        for results in run(options):
            options.json.write_text(json.dumps(results, indent=1) + "\n")
    results = json.loads(options.json.read_text())
    report.show(results)
    if options.write:
        report.write(results, HERE / "README.md", options.json.parent)


def run(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """All measurements so far, after each row."""
    begun = time.perf_counter()
    versions = {name: installed(name) for name in options.contestants}
    names = [name for name in options.contestants if versions[name]]
    for name in options.contestants:
        if name not in names:
            print(f"{name}: not installed, left out")
    wanted = [row for row in rows.ROWS if options.only in row.name or options.only in row.group]
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as caches, Path(caches, "log").open("w") as log:
        print(f"{options.threads} threads each; the frameworks' own messages go to {log.name}")
        results: dict[str, Any] = {
            "machine": {
                "processor": processor(),
                "flops": limits.flops(options.threads),
                "traffic": limits.traffic(options.threads),
            },
            "threads": options.threads,
            "clock": "processor time" if options.busy else "time",
            "versions": versions,
            "minutes": 0.0,
            "rows": found,
            "new process": {},
        }
        contestants = [Contestant(name, options.threads, caches, log) for name in names]
        for row in wanted:
            found.append(measure(row, contestants, options.seconds))
            report.progress(found[-1])
            results["minutes"] = (time.perf_counter() - begun) / 60
            yield results
        for contestant in contestants:
            contestant.stop()
        for what in ("flops", "traffic"):  # the better: other work on the machine only makes less of it
            again = getattr(limits, what)(options.threads)
            results["machine"][what] = max(results["machine"][what], again)
        if not options.only:
            results["new process"] = compiled(names, options.threads, caches, log)
        results["minutes"] = (time.perf_counter() - begun) / 60
        yield results
