"""How ``tf.*`` is put together: public names are looked up in the tables of the installed components.

Each namespace is a real folder whose ``__init__.py`` asks ``namespace`` for its two functions (PEP 562), so
nothing is imported until it is touched, grep finds every namespace, and editors read the ``.pyi`` beside it.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowstone._namespaces import ALIASES, NAMESPACES
from flowstone._versions import check_version

if TYPE_CHECKING:
    from flowstone_core.plugins import Plugin

ROOT = "flowstone"
RAW_OPS = "raw_ops"
CATALOGUE = Path(__file__).with_name("catalogue.txt")


class MissingComponentError(ImportError):
    """A public name was touched whose component is not installed.

    It is an ``ImportError`` because ``from flowstone import GradientTape`` keeps the text of an ImportError and
    replaces that of an AttributeError. ``dir(tf)`` lists only what is installed.
    """


def namespace(module: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The ``__getattr__`` and ``__dir__`` of one public module."""
    own = module.removeprefix(ROOT).lstrip(".")
    if own == RAW_OPS:
        return _raw_ops()
    prefixes = [own] if own not in ALIASES else [own, ALIASES[own]]

    def __getattr__(name: str) -> Any:
        if name == "__all__":  # ``from flowstone.keras.layers import *``
            return [public for public in names() if not public.startswith("_")]
        for prefix in prefixes:
            public = _join(prefix, name)
            if public in table():
                value = _resolve(public)
                setattr(sys.modules[module], name, value)  # the second touch costs nothing
                return value
            if public in NAMESPACES and (public in {*_populated(), RAW_OPS} or _missing(public) is None):
                return import_module(f"{ROOT}.{public}")
        for prefix in prefixes:
            if error := _missing(_join(prefix, name)):
                raise error
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    def names() -> list[str]:
        found = set()
        for prefix in prefixes:
            for public in [*table(), *_populated()]:
                head, _, name = public.rpartition(".")
                if head == prefix and public:
                    found.add(name)
        return sorted(found | {name for name in vars(sys.modules[module]) if not name.startswith("_")})

    return __getattr__, names


def _raw_ops() -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The namespace whose names are those of all ops that installed components have."""

    def __getattr__(name: str) -> Any:
        return getattr(import_module("flowstone_core.raw_ops"), name)

    return __getattr__, lambda: dir(import_module("flowstone_core.raw_ops"))


def installed() -> dict[str, str]:
    """The installed components of flowstone that give names to ``tf``, with their versions.

    >>> "core" in tf.installed()
    True
    """
    return {plugin.name: plugin.version for plugin in _plugins() if not plugin.reason}


@functools.cache
def table() -> dict[str, Any]:
    """Public dotted name -> what is claimed for it, as ``flowstone_core.plugins.table`` gives it."""
    plugins = import_module("flowstone_core.plugins")
    return dict(plugins.table(plugins.API))


@functools.cache
def catalogue() -> dict[str, str]:
    """Public dotted name -> the component it comes with, installed or not."""
    return dict(line.partition(" ")[::2] for line in CATALOGUE.read_text().splitlines())


@functools.cache
def _populated() -> frozenset[str]:
    """The namespaces in which an installed component has a name, directly or below."""
    found = set()
    for public in table():
        while "." in public:
            public = public.rpartition(".")[0]
            found.add(public)
    found |= {alias for alias, target in ALIASES.items() if target in found or not target}
    return frozenset(found | {alias.rpartition(".")[0] for alias in found} - {""})


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _resolve(public: str) -> Any:
    """Import what a public name stands for."""
    plugins = import_module("flowstone_core.plugins")
    check_version(table()[public][0][1])
    target = plugins.find(plugins.API, public)
    return plugins.resolve(target)


def _plugins() -> tuple[Plugin[Any], ...]:
    plugins = import_module("flowstone_core.plugins")
    loaded: tuple[Plugin[Any], ...] = plugins.load_group(plugins.API)
    return loaded


def _missing(public: str) -> MissingComponentError | None:
    """The error for a name or a namespace of a component that is not here; None if there is no such name."""
    known = catalogue()
    component = known.get(public)
    if component is None:
        owners = {owner for name, owner in known.items() if name.startswith(f"{public}.")}
        if len(owners) != 1:
            return None
        component = owners.pop()
    distribution = f"{ROOT}-{component}" if component != ROOT else ROOT
    for plugin in _plugins():
        if plugin.distribution == distribution:
            if not plugin.reason:
                return None
            text = f"{distribution} {plugin.version}, which failed to load: {plugin.reason}"
            return MissingComponentError(f"tf.{public} comes with {text}", name=public)
    text = f"{distribution}, which is not installed. Install it with: pip install {distribution}"
    return MissingComponentError(f"tf.{public} comes with {text}", name=public)
