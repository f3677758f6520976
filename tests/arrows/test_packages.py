"""Every distribution has the same form, and their versions fit each other."""

from __future__ import annotations

import re

import pytest

KEEPS_NO_NAME = {"flowstone-conformance", "flowstone-kernels-simd", "flowstone-kernels-xla"}
"""Distributions that give no names to ``tf``."""


@pytest.mark.parametrize("path", ["README.md", "changes/README.md", "pyproject.toml", "tests"])
def test_has(package, path):
    assert (package.folder / path).exists()


@pytest.mark.parametrize("name", ["__init__", "__about__"])
def test_source_has(package, name):
    assert (package.source / f"{name}.py").exists()


def test_is_typed(package):
    assert (package.source / "py.typed").exists()


def test_has_tests(package):
    assert list((package.folder / "tests").rglob("test_*.py"))


def test_declares_its_public_names(package):
    if package.distribution not in KEEPS_NO_NAME:
        assert package.project["entry-points"]["flowstone.api"]


def number(version):
    return tuple(int(part) for part in version.split("."))


def test_siblings_satisfy_the_declared_ranges(package, packages):
    extras = package.project.get("optional-dependencies", {}).values()
    requirements = [*package.project["dependencies"], *(item for extra in extras for item in extra)]
    for requirement in requirements:
        name, bounds = re.match(r"([\w-]+)(?:\[[\w,]+\])?\s*(.*)", requirement).groups()
        if name not in packages or name == package.distribution:
            continue
        low, high = re.fullmatch(r">=([\d.]+),<([\d.]+)", bounds).groups()
        current = packages[name].version
        assert number(low) <= number(current) < number(high), f"{requirement}, but {name} is {current}"


def test_no_module_is_a_monster(package):
    """A look at size, not a limit to golf under: beyond this a module holds more than one thing."""
    long = {
        module.name: lines
        for module in package.modules.values()
        if (lines := len(module.path.read_text().splitlines())) > 1000
    }
    assert not long
