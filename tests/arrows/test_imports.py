"""Who may import whom; no hidden imports; no cycles."""

from __future__ import annotations

import ast
import re
import sys

import pytest

ARROWS = {
    "flowstone-protos": set(),
    "flowstone-core": set(),
    "flowstone-autodiff": {"core"},
    "flowstone-graphfn": {"core", "autodiff"},
    "flowstone-layers": {"core", "autodiff", "graphfn"},
    "flowstone-data": {"core", "protos"},
    "flowstone-summary": {"core", "protos"},
    "flowstone-savedmodel": {"core", "graphfn", "protos"},
    "flowstone-conformance": {"core", "autodiff", "graphfn"},
    "flowstone-kernels-simd": {"core", "graphfn"},
    "flowstone-kernels-xla": {"core", "graphfn"},
    "flowstone-distribute": {"core", "graphfn"},
    "flowstone-signal": {"core", "autodiff", "conformance"},
    "flowstone-image": {"core", "autodiff", "conformance"},
    "flowstone": {"core"},
}
"""A package may import itself, these siblings, the standard library, its declared dependencies and theirs.

What brings ops of its own also brings their gradients and conformance cases: ``rules`` imports autodiff and ``cases``
imports conformance, which are extras, because nobody else imports these modules (``ADD_ONS``).
"""

ADD_ONS = {"autodiff": "rules", "conformance": "cases"}
"""In a package that needs core alone, the only subpackage that may import a sibling that is an extra."""

IMPORT_NAMES = {"absl-py": "absl", "pillow": "PIL", "protobuf": "google", "scikit-learn": "sklearn"}
"""Distributions whose import name is another."""


def declared(package, packages):
    """The import names of what a package depends on, extras included, and what those siblings bring along."""
    extras = package.project.get("optional-dependencies", {}).values()
    requirements = [*package.project["dependencies"], *(item for extra in extras for item in extra)]
    names = {re.split(r"[\s\[<>=!~;]", requirement)[0].lower().replace("_", "-") for requirement in requirements}
    found = {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names}
    for name in names & packages.keys() - {package.distribution}:
        found |= declared(packages[name], packages)
    return found


def test_arrows(package, packages):
    siblings = {f"flowstone_{name}" for name in ARROWS[package.distribution]}
    allowed = {package.import_name} | siblings | sys.stdlib_module_names
    third_party = {name for name in declared(package, packages) if not name.startswith("flowstone")}
    wrong = [
        f"{module.path}:{found.line} imports {found.target}"
        for module in package.modules.values()
        for found in module.imports
        if found.target.partition(".")[0] not in allowed | third_party
    ]
    assert not wrong, "\n".join(wrong)


def test_what_is_imported_is_declared(package, packages):
    """A sibling that is imported when a module loads is a dependency, not luck."""
    used = {
        found.target.partition(".")[0]
        for module in package.modules.values()
        for found in module.imports
        if not found.typing_only
    }
    siblings = {name for name in used if name.startswith("flowstone")} - {package.import_name}
    assert siblings <= declared(package, packages)


@pytest.mark.parametrize("distribution", ["flowstone-signal", "flowstone-image"])
def test_gradients_and_cases_are_apart(distribution, packages):
    """An add-on works with core alone: only what autodiff and conformance load imports them."""
    if distribution not in packages:
        pytest.skip("not in this workspace")
    package = packages[distribution]
    wrong = [
        f"{module.path}:{found.line} imports {found.target}"
        for module in package.modules.values()
        for found in module.imports
        for sibling, folder in ADD_ONS.items()
        if (
            found.target.partition(".")[0] == f"flowstone_{sibling}"
            and not module.name.startswith(f"{package.import_name}.{folder}.")
        )
        or (
            any(found.target.startswith(f"{package.import_name}.{folder}") for folder in ADD_ONS.values())
            and not module.name.startswith(tuple(f"{package.import_name}.{folder}" for folder in ADD_ONS.values()))
        )
    ]
    assert not wrong, "\n".join(wrong)


def test_no_imports_of_siblings_inside_functions(package):
    wrong = [
        f"{module.path}:{found.line} imports {found.target}"
        for module in package.modules.values()
        for found in module.imports
        if found.in_function and found.target.startswith("flowstone")
    ]
    assert not wrong, "\n".join(wrong)


def test_no_imports_by_name_of_what_is_known(package):
    """``import_module`` with a literal of this project would hide an arrow; only the facade is lazy on purpose."""
    if package.distribution == "flowstone":
        return
    wrong = [
        f"{module.path}:{node.lineno}"
        for module in package.modules.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in ("import_module", "__import__")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value).startswith("flowstone")
    ]
    assert not wrong, "\n".join(wrong)


def test_no_cycles_inside_a_package(package):
    modules = package.modules
    graph = {
        name: {
            target
            for found in module.imports
            if not found.typing_only
            for target in [found.target if found.target in modules else found.target.rpartition(".")[0]]
            if target in modules and target != name
        }
        for name, module in modules.items()
    }
    done: set[str] = set()
    path: list[str] = []

    def visit(name):
        if name in done:
            return
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        path.append(name)
        for target in sorted(graph[name]):
            visit(target)
        path.pop()
        done.add(name)

    for name in graph:
        visit(name)
