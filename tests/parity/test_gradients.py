"""Gradients against TensorFlow's tape: a sample of autodiff's cases live, all of them inside functions.

The goldens of every case are with flowstone-autodiff's tests (``autodiff/tests/record_goldens.py`` writes them).
"""

from __future__ import annotations

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import flowstone
import numpy as np
import pytest

CONFTEST = Path(__file__).parents[2] / "autodiff" / "tests" / "conftest.py"


def _load() -> Any:
    spec = spec_from_file_location("autodiff_conftest", CONFTEST)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


theirs = _load()
cases = theirs.gradient_cases


class Tf:
    """The facade with autodiff's ``tf.raw_ops``."""

    raw_ops = theirs.RawOps()

    def __getattr__(self, name: str) -> Any:
        return getattr(flowstone, name)


GOLDEN = [case for case in cases.load() if case.options.get("golden", True)]


def close(case: Any) -> dict[str, float]:
    return {"rtol": 1e-4, "atol": 1e-5} if case.options.get("dtype") == "float32" else {"rtol": 1e-6, "atol": 1e-8}


@pytest.mark.parametrize("case", GOLDEN[::10], ids=str)
def test_recorded_gradients_are_tensorflows(case: Any) -> None:
    tensorflow = pytest.importorskip("tensorflow", reason="parity needs TensorFlow: nox -s parity")
    recorded = json.loads((cases.GOLDENS / f"{case.family}.json").read_text())[str(case)]
    live = cases.derivatives(case, tensorflow, tensorflow.GradientTape)
    for order, gradients in recorded.items():
        for name, values in gradients.items():
            assert (values is None) == (live[order][name] is None)
            if values is not None:
                np.testing.assert_allclose(live[order][name], values, **close(case))


@pytest.mark.parametrize("case", [case for case in GOLDEN if case.options.get("order", 2)], ids=str)
def test_gradients_inside_a_function(case: Any) -> None:
    """The same numbers when the tape, and the whole function, are traced; with sizes that are not known then."""
    tf = Tf()
    arrays = case.arrays()
    recorded = json.loads((cases.GOLDENS / f"{case.family}.json").read_text())[str(case)]["first"]
    varied = [name for name, array in arrays.items() if array.dtype.kind in "fc"]

    def first(*values: Any) -> list[Any]:
        given = dict(zip(arrays, values, strict=True))
        with tf.GradientTape() as tape:
            sources = [given[name] for name in varied]
            tape.watch(sources)
            y = case.function(tf)(*values)
            flat = [
                part
                for part in (y if isinstance(y, (list, tuple)) else [y])
                if part.dtype.is_floating or part.dtype.is_complex
            ]
        weights = [_weight(tf, case, index, part) for index, part in enumerate(flat)]
        return [tf.convert_to_tensor(each) for each in tape.gradient(flat, sources, weights, "zero")]

    traced = tf.function(first, autograph=False)
    for name, got in zip(varied, traced(*map(tf.constant, arrays.values())), strict=True):
        expected = recorded[name] if recorded[name] is not None else 0.0
        np.testing.assert_allclose(cases.numbers(tf, got), expected, **close(case))


def _weight(tf: Any, case: Any, index: int, part: Any) -> Any:
    """The weights of a result, once its shape is known."""
    return tf.numpy_function(lambda value: cases.weight(case, str(index), value), [part], part.dtype)
