"""Every parity case in flowstone against what TensorFlow did with it (``record.py``); needs no TensorFlow.

With TensorFlow installed, a sample of the cases also runs live.
"""

from __future__ import annotations

import functools
import re
from importlib.util import find_spec
from typing import Any

import flowstone
import pytest
from outcomes import GOLDENS, Outcome, difference, read, run_eagerly, run_traced, shape_difference
from record import cases_of, exceptions_of, families


def _cases(traced: bool = False) -> list[Any]:
    return [
        pytest.param(
            family,
            case,
            id=f"{family}-{case.id}",
            marks=[pytest.mark.xfail(reason=case.unlike, strict=False)] if case.unlike else [],
        )
        for family in families()
        for case in cases_of(family)
        if case.graph or not traced
    ]


@functools.cache
def goldens(family: str) -> dict[str, Outcome]:
    return read(GOLDENS / f"{family}.jsonl")


def recorded(family: str, case: Any) -> Outcome:
    outcome = goldens(family).get(case.id)
    if outcome is None:
        pytest.fail("not recorded: run tests/parity/record.py with TensorFlow")
    return outcome


@pytest.mark.parametrize(("family", "case"), _cases())
def test_eager(family: str, case: Any) -> None:
    problem = difference(case, recorded(family, case), run_eagerly(case, flowstone))
    assert problem is None, problem


@pytest.mark.parametrize(("family", "case"), _cases(traced=True))
def test_traced(family: str, case: Any) -> None:
    problem = difference(case, recorded(family, case)["graph"], run_traced(case, flowstone))
    assert problem is None, problem


def _exceptions(*kinds: str) -> list[Any]:
    return [
        pytest.param(family, pattern, id=f"{family}-{pattern}")
        for family in families()
        for kind in kinds
        for pattern in exceptions_of(family, kind)
    ]


@pytest.mark.parametrize(("family", "pattern"), _exceptions("UNLIKE"))
def test_what_is_said_to_differ_does(family: str, pattern: str) -> None:
    """A pattern of a module's ``UNLIKE`` names a case that differs, eagerly or traced: else its line goes."""
    assert any(_differs(family, case) for case in cases_of(family) if re.search(pattern, case.id))


def _differs(family: str, case: Any) -> bool:
    expected = recorded(family, case)
    if difference(case, expected, run_eagerly(case, flowstone)) is not None:
        return True
    return case.graph and difference(case, expected["graph"], run_traced(case, flowstone)) is not None


@pytest.mark.parametrize(("family", "pattern"), _exceptions("MORE_SHAPES", "OTHER_SHAPES"))
def test_shapes_that_are_said_to_differ_do(family: str, pattern: str) -> None:
    """A pattern of a module's ``MORE_SHAPES`` or ``OTHER_SHAPES`` names a case whose static shapes differ."""
    cases = [case for case in cases_of(family) if re.search(pattern, case.id) and case.graph and case.shapes]
    outcomes = [(recorded(family, case)["graph"], run_traced(case, flowstone)) for case in cases]
    assert any(shape_difference(expected, got) for expected, got in outcomes)


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed: nox -s parity")
@pytest.mark.parametrize("family", families())
def test_goldens_are_what_tensorflow_does(family: str) -> None:
    tf = pytest.importorskip("tensorflow")
    for case in cases_of(family)[::10]:
        problem = difference(case, recorded(family, case), run_eagerly(case, tf))
        assert problem is None, f"{case.id}: {problem}"
