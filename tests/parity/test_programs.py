"""Whole programs do what they do in TensorFlow: traces, AutoGraph, control flow, the guide's statements."""

from __future__ import annotations

import json
from typing import Any

import flowstone
import numpy as np
import pytest
from record_programs import GOLDENS, PROGRAMS, observe, programs

BEYOND = {
    "while_with_break_and_continue": [[9, 7], [0, 1], [2500, 100]],
    "for_with_else": [3],
    "enumerated_rows": [8],
    "zipped_rows": [14],
    "extremes_of_rows": [[3, -1]],
    "extremes_of_tensors": [[2, -1]],
    "any_and_all_rows": [[True, False]],
    "mapped_rows": [14],
    "break_out_of_a_python_loop": [3],
    "return_inside_a_loop": [4, -1],
    "appending_in_a_loop": [[0, 1, 4]],
    "walrus": [6, 1],
    "global_and_nonlocal": [12, 0],
    "undefined_in_one_branch": [1],
    "nonlocal_in_loop": 6,
}
"""Programs that TensorFlow refuses, and what Python, and therefore flowstone, makes of them."""

UNLIKE = {
    "functional_cond_with_other_structures": ["TypeError"],  # TensorFlow stops at an assertion of its own
    "asserts_become_ops": ["InvalidArgumentError"],  # TensorFlow does so only if its ASSERT_STATEMENTS are asked for
}
"""Programs that fail in both, with other errors on purpose."""


def _all() -> list[Any]:
    return [
        pytest.param(path.stem, name, program, id=f"{path.stem}.{name}")
        for path in sorted(PROGRAMS.glob("*.py"))
        for name, program in programs(path).items()
    ]


@pytest.mark.parametrize(("file", "name", "program"), _all())
def test_program(file: str, name: str, program: Any) -> None:
    expected = json.loads((GOLDENS / f"{file}.json").read_text())[name]
    got = json.loads(json.dumps(observe(program, flowstone)))
    if name in BEYOND:
        assert "raises" in expected
        assert numbers(got["returns"]) == BEYOND[name]
        return
    assert got.keys() == expected.keys(), got
    if "raises" in expected:
        wanted = UNLIKE.get(name, expected["raises"])
        assert set(got["raises"]) >= set(wanted)  # whoever catches it there catches it here
    else:
        same(got["returns"], expected["returns"])


def numbers(value: Any) -> Any:
    """A result without the types of its tensors."""
    if isinstance(value, list):
        return [numbers(item) for item in value]
    return value["values"] if isinstance(value, dict) else value


def same(got: Any, expected: Any) -> None:
    """Equal, numbers nearly so."""
    if isinstance(expected, float):
        assert isinstance(got, float)
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)
    elif isinstance(expected, (list, dict)):
        assert type(got) is type(expected)
        keys = expected.keys() if isinstance(expected, dict) else range(len(expected))
        assert len(got) == len(expected)
        for key in keys:
            same(got[key], expected[key])
    else:
        assert got == expected
