"""Generated AutoGraph programs, for every pair of constructs: plain Python, traced, and TensorFlow's trace.

Traced programs do what they do as plain Python, whatever TensorFlow makes of them; where its trace gives the same,
that is seen in the goldens; where it doesn't, a construct with a known reason must be in the program.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import flowstone
import pytest
from record_pairs import CONSTRUCTS, GOLDENS, as_graph, as_python, chains, module_of

RECORDED = {name: outcome for name, *outcome in map(json.loads, GOLDENS.read_text().splitlines())}

PYTHON_SEES_A_TENSOR = "OperatorNotAllowedInGraphError"
REASONS = {
    "any_all": {PYTHON_SEES_A_TENSOR},  # any and all of lists of tensors are Python's
    "assert": {PYTHON_SEES_A_TENSOR},  # assert is converted on demand only (Feature.ASSERT_STATEMENTS)
    "break": {"NotImplementedError"},  # a loop that Python begins cannot end on a tensor
    "for_else": {"TypeError", PYTHON_SEES_A_TENSOR},  # the else of loops is Python's
    "for_enumerate": {PYTHON_SEES_A_TENSOR},  # enumerate of tensors is Python's
    "for_zip": {PYTHON_SEES_A_TENSOR},  # zip of tensors is Python's
    "grow": {"ValueError"},  # lists are no loop variables
    "in": {PYTHON_SEES_A_TENSOR},  # membership compares as Python does
    "item": {"TypeError"},  # not converted
    "match": {PYTHON_SEES_A_TENSOR, "TypeError"},  # match is not converted
    "max_min": {PYTHON_SEES_A_TENSOR},  # Python's
    "nonlocal": {"values"},  # what a branch assigns to a nonlocal variable is lost
    "numbers": {PYTHON_SEES_A_TENSOR},  # bool() is Python's
    "pop": {"values"},  # both branches of a conditional change a list while they are traced
    "return": {"NotImplementedError", "ValueError"},  # not inside loops; and only if the other branch returns, too
    "return_in_loop": {"NotImplementedError"},
    "return_in_while": {"NotImplementedError", "ValueError"},
    "sorted": {PYTHON_SEES_A_TENSOR},  # sorted of lists of tensors is Python's
    "walrus": {PYTHON_SEES_A_TENSOR, "TypeError"},  # not converted
    "while_else": {"TypeError", PYTHON_SEES_A_TENSOR},
    "while_true": {"NotImplementedError"},  # as for break
}
"""What TensorFlow's traces do with a construct where they don't do what Python does, and why."""


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with flowstone.config.kernel_providers(["numpy"]):  # graphs matter here; those kernels compile fastest
        yield module_of(flowstone, tmp_path_factory.mktemp("pairs"))


@pytest.mark.parametrize("outer", CONSTRUCTS)
def test_programs(module: Any, outer: str) -> None:
    for chain in chains():
        if chain[0] == outer:
            name = "__".join(chain)
            python, *_ = RECORDED[name]
            assert as_python(module, name) == python, name
            assert as_graph(module, name) == python, name


def test_every_pair_is_there() -> None:
    covered = {frozenset(pair) for chain in chains() for pair in itertools.combinations(chain, 2)}
    assert covered == {frozenset(pair) for pair in itertools.combinations_with_replacement(CONSTRUCTS, 2)}
    assert list(RECORDED) == ["__".join(chain) for chain in chains()]


def test_what_tensorflow_does_otherwise_has_a_reason() -> None:
    unexplained = {}
    for name, (_, *other) in RECORDED.items():
        kind = "values" if other and isinstance(other[0], list) else "".join(other)
        if kind and not any(kind in REASONS.get(part, ()) for part in name.split("__")):
            unexplained[name] = other[0]
    assert not unexplained
    assert sum(len(outcome) == 1 for outcome in RECORDED.values()) > len(RECORDED) // 2
