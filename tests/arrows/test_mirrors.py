"""One family of ops has the same file name in every package."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core" / "src" / "flowstone_core"
RULES = ROOT / "autodiff" / "src" / "flowstone_autodiff" / "rules"
CASES = ROOT / "packages" / "flowstone-conformance" / "src" / "flowstone_conformance" / "cases"

EXECUTED_BY_GRAPHFN = {"control"}
"""Families whose ops run functions: flowstone-graphfn has their kernels and gradients, no provider competes."""

ON_OBJECTS = {
    "files",
    "generator",
    "lookup",
    "ragged_variant",
    "script",
    "sparse_serialization",
    "state",
    "tensor_list",
    "training",
}
"""Families whose kernels work on handles, files or Python functions: a provider of array kernels has nothing to offer."""

UNDETERMINED = {"candidates", "clock", "cudnn", "random", "stateless_random", "stateless_sampling"}
"""Families whose results no reference can give, or that give none without a GPU."""


def families():
    for node in ast.parse((CORE / "ops_index.py").read_text()).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "FAMILIES":
            return list(ast.literal_eval(node.value))
    raise AssertionError("ops_index.py has no FAMILIES")


FAMILIES = families()


@pytest.mark.parametrize("family", FAMILIES)
def test_has_ops_and_kernels(family):
    assert (CORE / "ops" / f"{family}.py").exists()
    assert (CORE / "kernels" / f"{family}.py").exists() or family in EXECUTED_BY_GRAPHFN


@pytest.mark.parametrize("family", FAMILIES)
def test_has_gradient_rules(family):
    assert (RULES / f"{family}.py").exists() or family in EXECUTED_BY_GRAPHFN


@pytest.mark.parametrize("family", FAMILIES)
def test_has_tests(family):
    """What is particular to a family is tested in core; values are the conformance suite's."""
    tested = (ROOT / "core" / "tests" / f"test_{family}.py").exists() or (CASES / f"{family}.py").exists()
    assert tested or family in EXECUTED_BY_GRAPHFN


@pytest.mark.parametrize("family", FAMILIES)
def test_has_conformance_cases(family):
    assert (CASES / f"{family}.py").exists() or family in EXECUTED_BY_GRAPHFN | ON_OBJECTS | UNDETERMINED


def test_no_orphans():
    assert {path.stem for path in RULES.glob("*.py")} - {"__init__"} <= set(FAMILIES)
    assert {path.stem for path in CASES.glob("*.py")} - {"__init__"} <= set(FAMILIES)
