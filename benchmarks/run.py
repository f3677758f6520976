"""What things cost: imports, disk, eager ops, gradients, traced calls; beside numpy, and TensorFlow if installed.

    nox -s bench                     flowstone and numpy
    nox -s bench -- tensorflow       TensorFlow too
    nox -s bench -- peers            all rows beside TensorFlow, PyTorch and JAX (peers/measure.py, with its options)
    python benchmarks/run.py calls   one part: calls, compiled, eager, graphs, imports or sizes
    python benchmarks/run.py calls cpu   the time that processors work, for busy machines; best on one core (taskset)

Times are medians of bursts that run in turns (``timing.py``).
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import timeit
from collections.abc import Callable
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import compiled
import eager
import graphs
import numpy as np
from peers import measure
from timing import microseconds, table

REPEATS = 7


def programs(tf: Any) -> dict[str, Callable[[], Any]]:
    """The calls that are timed, in any module with TensorFlow's interface."""
    x, m = tf.constant([1.0, 2.0]), tf.ones([8, 8])
    image = tf.ones([32, 64])
    variable = tf.Variable([1.0, 2.0])
    dense = tf.keras.layers.Dense(10, activation="relu")

    def gradient() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x + x
        return tape.gradient(y, x)

    @tf.function
    def traced(x: Any) -> Any:
        return x * x + 1.0

    return {
        "x + x": lambda: x + x,
        "tf.add(x, x)": lambda: tf.add(x, x),
        "tf.exp(x)": lambda: tf.exp(x),
        "tf.matmul 8x8": lambda: tf.matmul(m, m),
        "tf.reduce_sum 8x8": lambda: tf.reduce_sum(m),
        "x[0]": lambda: x[0],
        "tf.constant(1.0)": lambda: tf.constant(1.0),
        "variable.assign_add(x)": lambda: variable.assign_add(x),
        "gradient of x * x + x": gradient,
        "traced x * x + 1": lambda: traced(x),
        "Dense(10) on 32x64": lambda: dense(image),
    }


def in_numpy() -> dict[str, Callable[[], Any]]:
    """The same where numpy has it."""
    x, m = np.float32([1.0, 2.0]), np.ones([8, 8], np.float32)
    return {
        "x + x": lambda: x + x,
        "tf.add(x, x)": lambda: np.add(x, x),
        "tf.exp(x)": lambda: np.exp(x),
        "tf.matmul 8x8": lambda: np.matmul(m, m),
        "tf.reduce_sum 8x8": lambda: np.sum(m),
        "x[0]": lambda: x[0],
    }


def calls() -> None:
    """Time calls on small operands: the path to a kernel, not the kernel."""
    made = {"flowstone": programs(importlib.import_module("flowstone")), "numpy": in_numpy()}
    if find_spec("tensorflow"):
        made["tensorflow"] = programs(importlib.import_module("tensorflow"))
    rows = {
        program: microseconds({name: calls[program] for name, calls in made.items() if program in calls})
        for program in made["flowstone"]
    }
    table("microseconds a call", list(made), rows)


def imports() -> None:
    """Time imports in new processes, and count the modules."""
    statements = [
        "import numpy",
        "import flowstone",
        "import flowstone as tf; tf.constant(1.0)",
        "import flowstone_summary",
    ]
    statements += ["import tensorflow"] * bool(find_spec("tensorflow"))
    print("\nmilliseconds and modules, beyond Python itself")
    empty = min(process("pass")[0] for _ in range(REPEATS))
    for statement in statements:
        runs = [process(statement) for _ in range(3 if "tensorflow" in statement else REPEATS)]
        print(f"{(min(runs)[0] - empty) * 1e3:9.0f}{runs[0][1]:7}  {statement}")


def process(statement: str) -> tuple[float, int]:
    """The seconds of a process, and how many modules it imported."""
    code = f"import sys; before = len(sys.modules); {statement}; print(len(sys.modules) - before)"
    command = [sys.executable, "-c", code]
    modules = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return min(timeit.repeat(lambda: subprocess.run(command, capture_output=True), number=1, repeat=1)), modules


def sizes() -> None:
    """Add up the files of the installed distributions."""
    print("\nmegabytes on disk")
    wanted = ("flowstone", "numpy", "ml_dtypes", "pluggy", "protobuf", "llvmlite", "tensorflow")
    for distribution in sorted(distributions(), key=lambda found: found.name):
        if distribution.name.startswith(wanted):
            files = [Path(str(distribution.locate_file(file))) for file in distribution.files or ()]
            megabytes = sum(file.stat().st_size for file in files if file.exists() and file.suffix != ".pyc") / 1e6
            print(f"{megabytes:9.1f}  {distribution.name} {distribution.version}")


PARTS = {
    "calls": calls,
    "compiled": compiled.run,
    "eager": eager.run,
    "graphs": graphs.run,
    "imports": imports,
    "sizes": sizes,
}


def main() -> None:
    """Run the parts named on the command line, or all; ``peers`` only if it is named."""
    if sys.argv[1:2] == ["peers"]:
        measure.main(sys.argv[2:])
        return
    for name in [argument for argument in sys.argv[1:] if argument in PARTS] or list(PARTS):
        PARTS[name]()


if __name__ == "__main__":
    main()
