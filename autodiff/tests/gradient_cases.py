"""Reads ``cases/*.toml`` and differentiates them with any ``tf``: ours in tests, the real one for goldens.

A case is an expression ``f`` of named inputs. An input is a shape (random numbers between ``low`` and ``high`` of
``dtype``) or the values themselves.
"""

from __future__ import annotations

import tomllib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "cases"
GOLDENS = Path(__file__).parent / "goldens"
OPTIONS = ("low", "high", "dtype", "order", "golden", "delta", "forward")


@dataclass(frozen=True)
class Case:
    family: str
    f: str
    inputs: dict[str, Any]
    options: dict[str, Any]

    def __str__(self) -> str:
        shapes = {name: "values" if isinstance(spec, dict) else spec for name, spec in self.inputs.items()}
        inputs = ", ".join(f"{name}={shape}" for name, shape in shapes.items())
        return f"{self.family}: {self.f} {inputs}" + (f" {self.options['dtype']}" if "dtype" in self.options else "")

    def arrays(self) -> dict[str, Any]:
        """The inputs' values, the same in every run."""
        made = {}
        for name, spec in self.inputs.items():
            dtype = np.dtype(self.options.get("dtype", "float64"))
            if isinstance(spec, dict):
                made[name] = np.array(spec["values"], spec.get("dtype", dtype))
                continue
            random = np.random.default_rng(zlib.crc32(f"{self.f} {name}".encode()))
            low, high = self.options.get("low", -2.0), self.options.get("high", 2.0)
            array = random.uniform(low, high, spec)
            made[name] = np.asarray(array + 1j * random.uniform(low, high, spec) if dtype.kind == "c" else array, dtype)
        return made

    def function(self, tf: Any) -> Any:
        """``f`` as a function of its inputs, in their order."""
        code = compile(self.f, str(self), "eval")
        return lambda *values: eval(code, {"tf": tf, "np": np, **dict(zip(self.inputs, values, strict=True))})


def load() -> list[Case]:
    """All cases, by family."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for entry in tomllib.loads(path.read_text())["cases"]:
            options = {
                key: entry.pop(key)
                for key in ("low", "high", "dtype", "order", "golden", "delta", "forward")
                if key in entry
            }
            found.append(Case(path.stem, entry.pop("f"), entry, options))
    return found


def weight(case: Case, what: str, like: Any) -> Any:
    """Fixed random numbers of the shape and type of ``like``."""
    random = np.random.default_rng(zlib.crc32(f"{case.f} weight {what}".encode()))
    numbers = random.uniform(0.5, 1.5, like.shape)
    return np.asarray(
        numbers + 1j * random.uniform(0.5, 1.5, like.shape) if like.dtype.kind == "c" else numbers, like.dtype
    )


def derivatives(case: Case, tf: Any, tape_type: Any) -> dict[str, Any]:
    """The weighted gradients, and the gradients of those, by input (flat lists; None where there is none)."""
    values = {name: tf.constant(array) for name, array in case.arrays().items()}
    varied = {name: tensor for name, tensor in values.items() if tensor.dtype.is_floating or tensor.dtype.is_complex}
    with tape_type() as outer:
        outer.watch(varied)
        with tape_type() as inner:
            inner.watch(varied)
            y = case.function(tf)(*values.values())
            flat = list(y) if isinstance(y, (list, tuple)) else [y]
            flat = [part for part in flat if part.dtype.is_floating or part.dtype.is_complex]
        weights = [tf.constant(weight(case, str(index), np.asarray(part))) for index, part in enumerate(flat)]
        first = inner.gradient(flat, varied, weights)
        first = {name: None if each is None else tf.convert_to_tensor(each) for name, each in first.items()}
        kept = {name: each for name, each in first.items() if each is not None}
        weights = {name: tf.constant(weight(case, name, np.asarray(each))) for name, each in kept.items()}
    result = {"first": {name: numbers(tf, each) for name, each in first.items()}}
    if case.options.get("order", 2) > 1 and kept:
        second = outer.gradient(kept, varied, weights)
        result["second"] = {name: numbers(tf, each) for name, each in second.items()}
    return result


def numbers(tf: Any, tensor: Any) -> list[float] | None:
    """A tensor's real components as a flat list of rounded numbers."""
    if tensor is None:
        return None
    array = np.ascontiguousarray(np.asarray(tf.convert_to_tensor(tensor)))
    flat = array.reshape(-1)
    if flat.dtype.kind == "c":
        flat = flat.view(flat.real.dtype)
    return [float(f"{number:.12g}") for number in flat.astype(np.float64)]
