"""Eager ops at sizes from 1 to ten million elements, beside numpy, TensorFlow and PyTorch where installed.

    python benchmarks/run.py eager             every op and size
    python benchmarks/run.py eager matmul cast  some ops

The kernels are numpy's (choose others with ``FLOWSTONE_KERNELS``). Rows where flowstone takes more than 1.2 times
TensorFlow's time are listed at the end.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from timing import Program, microseconds, table

SIZES = (1, 100, 10_000, 1_000_000, 10_000_000)
SLOWER = 1.2
Maker = Callable[[Any, Any, Any], Program]
"""From a module with TensorFlow's interface and two float32 vectors, the call to time."""


def matrix(tf: Any, x: Any) -> Any:
    """A vector as a square matrix, as far as it reaches."""
    side = int(x.shape[0] ** 0.5)
    return tf.reshape(x[: side * side], [side, side])


def _matmul(tf: Any, x: Any, y: Any) -> Program:
    a, b = matrix(tf, x[:1_000_000]), matrix(tf, y[:1_000_000])  # ten million elements would take seconds
    return lambda: tf.matmul(a, b)


def _reduce(axis: int | None) -> Maker:
    def make(tf: Any, x: Any, y: Any) -> Program:
        a = matrix(tf, x)
        return lambda: tf.reduce_sum(a, axis)

    return make


def _gather(tf: Any, x: Any, y: Any) -> Program:
    at = tf.constant(np.random.default_rng(0).permutation(x.shape[0]).astype(np.int32))
    return lambda: tf.gather(x, at)


def _gather_rows(tf: Any, x: Any, y: Any) -> Program:
    rows = matrix(tf, x)
    at = tf.constant(np.random.default_rng(0).permutation(rows.shape[0]).astype(np.int32))
    return lambda: tf.gather(rows, at)


def _transpose(tf: Any, x: Any, y: Any) -> Program:
    a = matrix(tf, x)
    return lambda: tf.transpose(a)


def _bias(tf: Any, x: Any, y: Any) -> Program:
    a = matrix(tf, x)
    b = a[0]
    return lambda: a + b


def _where(tf: Any, x: Any, y: Any) -> Program:
    condition = x < y
    return lambda: tf.where(condition, x, y)


OPS: dict[str, Maker] = {
    "add": lambda tf, x, y: lambda: tf.add(x, y),
    "x * 2": lambda tf, x, y: lambda: x * 2.0,
    "divide": lambda tf, x, y: lambda: tf.divide(x, y),
    "add a row": _bias,
    "maximum": lambda tf, x, y: lambda: tf.maximum(x, y),
    "square": lambda tf, x, y: lambda: tf.square(x),
    "sqrt": lambda tf, x, y: lambda: tf.sqrt(x),
    "less": lambda tf, x, y: lambda: tf.less(x, y),
    "where": _where,
    "cast to int32": lambda tf, x, y: lambda: tf.cast(x, tf.int32),
    "cast to float64": lambda tf, x, y: lambda: tf.cast(x, tf.float64),
    "matmul": _matmul,
    "reduce_sum": _reduce(None),
    "reduce_sum, rows": _reduce(-1),
    "reduce_sum, columns": _reduce(0),
    "reduce_max": lambda tf, x, y: lambda: tf.reduce_max(x),
    "argmax": lambda tf, x, y: lambda: tf.argmax(x),
    "reshape": lambda tf, x, y: lambda: tf.reshape(x, [-1, 1]),
    "slice": lambda tf, x, y: lambda: x[: x.shape[0] // 2],
    "transpose": _transpose,
    "concat": lambda tf, x, y: lambda: tf.concat([x, y], 0),
    "stack": lambda tf, x, y: lambda: tf.stack([x, y]),
    "gather": _gather,
    "gather rows": _gather_rows,
    "zeros_like": lambda tf, x, y: lambda: tf.zeros_like(x),
    "exp": lambda tf, x, y: lambda: tf.exp(x),
    "tanh": lambda tf, x, y: lambda: tf.tanh(x),
}


def run() -> None:
    """Time the ops named on the command line, or all."""
    names = [argument for argument in sys.argv[1:] if argument in OPS] or list(OPS)
    peers = ["flowstone", *(["tensorflow"] * bool(find_spec("tensorflow")))]
    modules = {name: importlib.import_module(name) for name in peers}
    rows: dict[str, dict[str, float]] = {}
    generator = np.random.default_rng(0)
    for size in SIZES:
        left, right = generator.uniform(0.5, 2.0, (2, size)).astype(np.float32)
        operands = {name: (tf, tf.constant(left), tf.constant(right)) for name, tf in modules.items()}
        for op in names:
            rows[f"{op}, {size:,}"] = microseconds({name: OPS[op](*operands[name]) for name in modules})
    table("eager ops, microseconds a call", peers, rows)
    slower = [row for row, times in rows.items() if times["flowstone"] > SLOWER * times.get("tensorflow", np.inf)]
    print(f"{len(rows) - len(slower)} of {len(rows)} rows within {SLOWER} times TensorFlow; the others: {slower}")
