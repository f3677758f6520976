"""What the tests of the repository's structure share: its packages and their modules, read without importing."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Import:
    """One import statement's target: a module, or perhaps a name in one."""

    target: str
    line: int
    in_function: bool
    typing_only: bool


@dataclass(frozen=True)
class Module:
    """One source file."""

    name: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(), str(self.path))

    @cached_property
    def imports(self) -> list[Import]:
        return list(_imports(self, self.tree.body, False, False))


@dataclass(frozen=True)
class Package:
    """One distribution of the workspace."""

    folder: Path

    @cached_property
    def project(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "pyproject.toml").read_text())["project"]

    @property
    def distribution(self) -> str:
        return self.project["name"]

    @property
    def import_name(self) -> str:
        return self.distribution.replace("-", "_")

    @property
    def source(self) -> Path:
        return self.folder / "src" / self.import_name

    @property
    def version(self) -> str:
        text = (self.source / "__about__.py").read_text()
        return text.rpartition("__version__ = ")[2].strip().strip('"')

    @cached_property
    def modules(self) -> dict[str, Module]:
        found = {}
        for path in sorted(self.source.rglob("*.py")):
            if "generated" in path.parts:
                continue
            parts = path.relative_to(self.source.parent).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = Module(name, path)
        return found


def _imports(module: Module, body: list[ast.stmt], in_function: bool, typing_only: bool) -> Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, in_function, typing_only)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.name.split(".")
                keep = len(parents) - node.level + (module.path.name == "__init__.py")
                base = ".".join([*parents[:keep], *filter(None, [node.module])])
            for alias in node.names:
                yield Import(f"{base}.{alias.name}", node.lineno, in_function, typing_only)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _imports(module, node.body, in_function, True)
            yield from _imports(module, node.orelse, in_function, typing_only)
        else:
            inside = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for field in ("body", "orelse", "finalbody"):
                yield from _imports(module, getattr(node, field, []), inside, typing_only)
            for handler in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
                yield from _imports(module, handler.body, inside, typing_only)


def _packages() -> list[Package]:
    workspace = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["envs"]["default"]["workspace"]
    folders = [folder for pattern in workspace["members"] for folder in sorted(ROOT.glob(pattern))]
    return [Package(folder) for folder in folders]


PACKAGES = {package.distribution: package for package in _packages()}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "package" in metafunc.fixturenames:
        metafunc.parametrize("package", PACKAGES.values(), ids=PACKAGES.keys())


@pytest.fixture(scope="session")
def packages() -> dict[str, Package]:
    return PACKAGES
