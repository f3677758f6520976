"""Tables and plots of what was measured."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from peers import rows

OURS = "simd"
PEERS = ("tensorflow", "xla", "torch", "torch.compile", "jax")
TITLES = {
    "simd": "flowstone",
    "numpy": "flowstone, numpy kernels",
    "tensorflow": "TensorFlow",
    "xla": "TensorFlow, XLA",
    "torch": "PyTorch",
    "torch.compile": "torch.compile",
    "jax": "JAX",
}
LEVEL = 1.1
"""A row is level with a peer up to this ratio."""

START, END = "<!-- results: written by nox -s bench -- peers --write -->", "<!-- end of results -->"
Result = dict[str, Any]


def micros(row: Result, name: str) -> float | None:
    """The median of a contestant, in microseconds."""
    return row["microseconds"].get(name, {}).get("median")


def fastest(row: Result) -> tuple[str, float] | None:
    """The fastest peer and its time."""
    times = {name: micros(row, name) for name in PEERS}
    return min(((name, time) for name, time in times.items() if time), key=lambda pair: pair[1], default=None)


def limit(row: Result, machine: Mapping[str, float]) -> float | None:
    """The least microseconds that the machine needs, if the row means to reach that."""
    known = next((each for each in rows.ROWS if each.name == row["name"]), None)
    if known is None or not (known.flops or known.traffic):
        return None
    return max(known.flops / machine["flops"], known.traffic / machine["traffic"]) * 1e6


def mean(ratios: Iterable[float]) -> float | None:
    """The geometric mean."""
    found = list(ratios)
    return float(np.exp(np.mean(np.log(found)))) if found else None


def means(results: Sequence[Result]) -> dict[str, float | None]:
    """For each contestant, how many times flowstone's time it takes, in the geometric mean over the rows of both."""
    pairs = {name: [(micros(row, name), micros(row, OURS)) for row in results] for name in TITLES if name != OURS}
    return {name: mean(theirs / ours for theirs, ours in found if theirs and ours) for name, found in pairs.items()}


def _time(micros: float | None) -> str:
    if micros is None:
        return "–"
    if micros < 1000:
        return f"{micros:.3g} µs"
    return f"{micros / 1000:.3g} ms"


def _ratio(row: Result) -> float | None:
    """How many times flowstone's time the fastest peer takes."""
    peer, ours = fastest(row), micros(row, OURS)
    return peer[1] / ours if peer and ours else None


def progress(row: Result) -> None:
    """One line about a row that has just been measured."""
    times = "  ".join(f"{name} {_time(micros(row, name))}" for name in TITLES if micros(row, name))
    ratio = _ratio(row)
    print(f"{row['name']}: {times}" + (f"  [{ratio:.2f}x]" if ratio else ""), flush=True)


def show(results: Result) -> None:
    """Print the tables."""
    console = importlib.import_module("rich.console").Console()
    console.width = max(console.width, 150)  # also where the output is no terminal
    table_of = importlib.import_module("rich.table").Table
    for title, head, body in tables(results):
        table = table_of(title=title, title_justify="left")
        for number, column in enumerate(head):
            table.add_column(column, justify="right" if number else "left")
        for line in body:
            table.add_row(*line)
        console.print(table)
    for line in remarks(results):
        console.print(line)


def tables(results: Result) -> list[tuple[str, list[str], list[list[str]]]]:
    """All tables: titles, heads and bodies."""
    found = []
    present = [name for name in TITLES if any(name in row["microseconds"] for row in results["rows"])]
    for group in dict.fromkeys(row["group"] for row in results["rows"]):
        members = [row for row in results["rows"] if row["group"] == group]
        limited = any(limit(row, results["machine"]) for row in members)
        columns = [name for name in present if any(micros(row, name) for row in members)]
        head = [group, *(TITLES[name] for name in columns), "fastest peer / flowstone"]
        body = []
        for row in members:
            ratio, least, ours = _ratio(row), limit(row, results["machine"]), micros(row, OURS)
            line = [row["name"], *(_time(micros(row, name)) for name in columns), f"{ratio:.2f}" if ratio else "–"]
            body.append([*line, *([f"{ours / least:.2f}" if least and ours else "–"] if limited else [])])
        averages = means(members)
        last = [f"{averages[name]:.2f}" if averages.get(name) else ("1" if name == OURS else "–") for name in columns]
        overall = mean(filter(None, map(_ratio, members)))
        body.append(["geometric mean, flowstone = 1", *last, f"{overall:.2f}" if overall else "–", *["–"] * limited])
        found.append((group, [*head, *(["flowstone / limit"] if limited else [])], body))
    if results["new process"]:
        found.append(_first_calls(results))
        found.append(_memory(results))
    return found


def _first_calls(results: Result) -> tuple[str, list[str], list[list[str]]]:
    names = list(results["new process"])
    body = []
    for row in results["rows"]:
        if row["name"] in rows.COMPILED:
            cold = row["first call, seconds"]
            body.append([f"{row['name']}, cold", *(f"{cold[name]:.2f} s" if name in cold else "–" for name in names)])
            warm = {name: found["seconds"].get(row["name"]) for name, found in results["new process"].items()}
            body.append([f"{row['name']}, warm", *(f"{warm[name]:.2f} s" if warm[name] else "–" for name in names)])
    return "First calls", ["First call", *(TITLES[name] for name in names)], body


def _memory(results: Result) -> tuple[str, list[str], list[list[str]]]:
    found = results["new process"]
    kinds = {"import": "import", "memory when imported": "megabytes, imported", "most memory": "megabytes"}
    body = [
        [title, *(f"{each[key]:.2f} s" if key == "import" else f"{each[key]:.0f} MB" for each in found.values())]
        for title, key in kinds.items()
    ]
    return "Processes", ["Process of the three rows above", *(TITLES[name] for name in found)], body


def remarks(results: Result) -> list[str]:
    """The geometric means over everything, and what falls short or is missing."""
    found = []
    averages = {name: ratio for name, ratio in means(results["rows"]).items() if ratio}
    found.append("Geometric means over all rows of both, flowstone = 1: " + ", ".join(f"{TITLES[name]} {ratio:.2f}" for name, ratio in averages.items()) + ".")  # fmt: skip
    compared = [row for row in results["rows"] if _ratio(row)]
    ahead = [row for row in compared if _ratio(row) * LEVEL >= 1]
    found.append(f"Level with the fastest peer (within {LEVEL - 1:.0%}) or ahead of it: {len(ahead)} of {len(compared)} rows.")  # fmt: skip
    short = [f"{row['name']} ({_ratio(row):.2f}, {TITLES[fastest(row)[0]]})" for row in compared if row not in ahead]
    found += ["Behind: " + "; ".join(short) + "."] if short else []
    over = [
        f"{row['name']} ({micros(row, OURS) / limit(row, results['machine']):.1f})"
        for row in results["rows"]
        if limit(row, results["machine"])
        and micros(row, OURS)
        and micros(row, OURS) > 1.5 * limit(row, results["machine"])
    ]
    found += ["More than 1.5 times the physical limit: " + "; ".join(over) + "."] if over else []
    reasons: dict[str, list[str]] = {}
    for row in results["rows"]:
        for name, reason in row["without"].items():
            reasons.setdefault(f"{TITLES[name]}: {reason}", []).append(row["name"])
        if row["differ"]:
            reasons.setdefault(f"other results: {', '.join(TITLES[name] for name in row['differ'])}", []).append(
                row["name"]
            )
    found += [f"Not compared, {reason} ({', '.join(names) if len(names) < 4 else f'{len(names)} rows'})." for reason, names in reasons.items()]  # fmt: skip
    return found


def write(results: Result, readme: Path, folder: Path) -> None:
    """Write the tables into the page, between its two marks, and the plots into the folder."""
    machine = results["machine"]
    versions = {TITLES[name]: number for name, number in results["versions"].items() if name in ("tensorflow", "torch", "jax") and number}  # fmt: skip
    peers = ", ".join(f"{name} {number}" for name, number in versions.items())
    lines = [
        f"Medians of {results['clock']}; {results['threads']} of the cores of {machine['processor']}; {machine['flops'] / 1e9:.0f} GFLOP/s in float32 and "
        f"{machine['traffic'] / 1e9:.0f} GB/s measured; {peers}; {results['minutes']:.0f} minutes in all.",
        *remarks(results),
        "![How many times flowstone's time the fastest peer takes](results/peers.svg)",
    ]
    for _, head, body in tables(results):
        marks = ["---", *["---:"] * (len(head) - 1)]
        lines.append("\n".join("| " + " | ".join(line) + " |" for line in (head, marks, *body)))
    text = readme.read_text()
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{START}\n\n" + "\n\n".join(lines) + f"\n\n{END}{after}")
    plot(results, folder / "peers.svg")


def plot(results: Result, path: Path) -> None:
    """Draw, for each row, every peer's time as a multiple of flowstone's."""
    matplotlib = importlib.import_module("matplotlib")
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "flowstone"
    pyplot = importlib.import_module("matplotlib.pyplot")
    shown = [row for row in results["rows"] if _ratio(row)][::-1]
    figure, axes = pyplot.subplots(figsize=(9, 0.24 * len(shown) + 1.5), layout="constrained")
    for name, marker in zip(PEERS, "osDv^", strict=True):
        points = [(micros(row, name) / micros(row, OURS), at) for at, row in enumerate(shown) if micros(row, name)]
        axes.plot(*zip(*points, strict=True), marker, label=TITLES[name], alpha=0.8, markersize=5) if points else None
    axes.axvline(1.0, color="black", linewidth=1)
    axes.axvspan(axes.get_xlim()[0], 1.0, color="tab:red", alpha=0.07)
    axes.set(xscale="log", yticks=range(len(shown)), yticklabels=[row["name"] for row in shown], ylim=(-1, len(shown)))
    axes.tick_params(axis="y", labelsize=7)
    axes.set_xlabel("time as a multiple of flowstone's (left of 1: the peer is faster)")
    axes.grid(axis="x", alpha=0.3)
    axes.legend(loc="upper center", ncols=5, bbox_to_anchor=(0.4, 1.03), fontsize=7, frameon=False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
