"""Each hook is documented, tested by name, and in the manual."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def hooks():
    for path in sorted([*ROOT.glob("*/src/*/hookspecs.py"), *ROOT.glob("packages/*/src/*/hookspecs.py")]):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and any("hookspec" in ast.unparse(d) for d in node.decorator_list):
                yield pytest.param(path, node, id=node.name)


HOOKS = list(hooks())


def test_there_are_hooks():
    assert HOOKS


@pytest.mark.parametrize(("path", "hook"), HOOKS)
def test_is_documented(path, hook):
    text = ast.get_docstring(hook) or ""
    for part in ("Group:", "Called:", "Return:", "Order:", "Error:", "Example::"):
        assert part in text, f"{hook.name} does not say {part}"


@pytest.mark.parametrize(("path", "hook"), HOOKS)
def test_is_tested_by_name(path, hook):
    tests = [*path.parents[2].glob("tests/**/test_*.py"), *ROOT.glob("tests/**/test_*.py")]
    assert any(f"def test_hook_{hook.name}(" in test.read_text() for test in tests)


def test_the_manual_is_current():
    page = runpy.run_path(str(ROOT / "docs" / "write_plugins.py"))["page"]
    assert (ROOT / "docs" / "plugins.md").read_text() == page(), "nox -s api writes docs/plugins.md"
