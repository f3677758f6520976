"""Finding and loading plug-ins: lazily, once, with the reason kept when one cannot be loaded.

A *group* is a set of entry points whose modules answer one hook (``hookspecs.py``). ``load_group`` imports
them, registers them with pluggy and keeps each answer. Hooks fill tables; nothing here is on an op's path.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType, ModuleType
from typing import Any, Generic, TypeVar, cast

import pluggy

from flowstone_core import hookspecs
from flowstone_core.hookspecs import COMPILER_CONTRACT, KERNEL_CONTRACT, PROJECT, CompilerProvider, KernelProvider

R = TypeVar("R")


class PluginError(RuntimeError):
    """A plug-in is missing, broken, or at odds with another."""


class PluginConflictError(PluginError):
    """Two distributions claim the same name."""


@dataclass(frozen=True)
class Group(Generic[R]):
    """One entry-point group, the hook its plug-ins answer, and the check of an answer.

    Args:
        name: The entry-point group, such as ``flowstone.kernels``; the hook is ``flowstone_kernels``.
        specs: The module that holds the hook's specification.
        check: Takes what a plug-in answered and returns it typed, or raises TypeError.
    """

    name: str
    specs: ModuleType
    check: Callable[[object], R]

    @property
    def hook(self) -> str:
        """The name of the hook."""
        return self.name.replace(".", "_")


@dataclass(frozen=True)
class Plugin(Generic[R]):
    """One entry point and what became of it; exactly one of ``result`` and ``reason`` is set."""

    entry_point: EntryPoint
    result: R | None = None
    reason: str = ""

    @property
    def name(self) -> str:
        """The name that the distribution gave to this entry point."""
        return self.entry_point.name

    @property
    def distribution(self) -> str:
        """The name of the distribution that brought it."""
        return self.entry_point.dist.name if self.entry_point.dist else "an unknown distribution"

    @property
    def version(self) -> str:
        """The version of that distribution."""
        return self.entry_point.dist.version if self.entry_point.dist else "?"

    @property
    def state(self) -> str:
        """``loaded`` or ``failed``."""
        return "failed" if self.reason else "loaded"

    def __str__(self) -> str:
        return f"{self.name} ({self.distribution} {self.version})"


def as_table(answer: object) -> Mapping[str, str]:
    """Check the answer of a hook that returns names and their targets."""
    if not isinstance(answer, Mapping):
        raise TypeError(f"expected a mapping from names to 'module:attribute', got {answer!r}")
    for name, target in answer.items():
        if not (isinstance(name, str) and isinstance(target, str)):
            raise TypeError(f"expected a mapping from names to 'module:attribute', got the item {name!r}: {target!r}")
    return MappingProxyType(dict(answer))


def as_provider(answer: object) -> KernelProvider:
    """Check the answer of ``flowstone_kernels``."""
    if not isinstance(answer, KernelProvider):
        raise TypeError(f"expected a KernelProvider, got {answer!r}")
    if answer.contract != KERNEL_CONTRACT:
        raise TypeError(
            f"{answer.name} was written for kernel contract {answer.contract}, but this flowstone-core "
            f"speaks contract {KERNEL_CONTRACT}; install matching versions"
        )
    as_table(answer.kernels)
    return answer


def as_compiler(answer: object) -> CompilerProvider:
    """Check the answer of ``flowstone_compilers``."""
    if not isinstance(answer, CompilerProvider):
        raise TypeError(f"expected a CompilerProvider, got {answer!r}")
    if answer.contract != COMPILER_CONTRACT:
        raise TypeError(
            f"{answer.name} was written for compiler contract {answer.contract}, but this flowstone-core "
            f"speaks contract {COMPILER_CONTRACT}; install matching versions"
        )
    return answer


API = Group("flowstone.api", hookspecs, as_table)
OPS = Group("flowstone.ops", hookspecs, as_table)
KERNELS = Group("flowstone.kernels", hookspecs, as_provider)
COMPILERS = Group("flowstone.compilers", hookspecs, as_compiler)
SERVICES = Group("flowstone.services", hookspecs, as_table)
COMMANDS = Group("flowstone.commands", hookspecs, as_table)

_lock = threading.RLock()
_loaded: dict[str, tuple[Plugin[Any], ...]] = {}
_tables: dict[str, Mapping[str, tuple[tuple[str, Plugin[Any]], ...]]] = {}
_loading: set[str] = set()


# Scanning the installed distributions takes about 20 ms, so it is done once for all groups. (A lambda,
# because what ``entry_points()`` returns has another class in Python 3.11 than later; both have ``select``.)
_scan = functools.cache(lambda: entry_points())


def installed(group: str) -> list[EntryPoint]:
    """The entry points of one group, by name."""
    return sorted(_scan().select(group=group), key=lambda point: (point.name, point.value))


def load_group(group: Group[R]) -> tuple[Plugin[R], ...]:
    """Load a group's plug-ins on the first call; give the same answer ever after.

    A plug-in that raises, lacks the hook or answers with the wrong type does not disturb the others: it is
    returned with its ``reason``.
    """
    plugins = _loaded.get(group.name)
    if plugins is None:
        plugins = _load_once(group)
    return cast("tuple[Plugin[R], ...]", plugins)


def _load_once(group: Group[R]) -> tuple[Plugin[Any], ...]:
    with _lock:
        if group.name in _loaded:
            return _loaded[group.name]
        if group.name in _loading:
            raise PluginError(
                f"{group.name} is needed while its plug-ins are being imported. A plug-in's module must not "
                "run ops or look anything up while it is imported."
            )
        _loading.add(group.name)
        try:
            manager = pluggy.PluginManager(PROJECT)
            manager.add_hookspecs(group.specs)
            _loaded[group.name] = tuple(_load(manager, group, point) for point in installed(group.name))
        finally:
            _loading.discard(group.name)
        return _loaded[group.name]


def _load(manager: pluggy.PluginManager, group: Group[R], point: EntryPoint) -> Plugin[R]:
    """Import one entry point, register it and ask its hook; whatever goes wrong becomes the reason."""
    try:
        plugin: object = point.load()
        if isinstance(plugin, Mapping):
            plugin = _table_plugin(group.hook, plugin)
        others = manager.get_plugins()
        manager.register(plugin, f"{point.name} = {point.value}")
        if not hasattr(plugin, group.hook):
            raise TypeError(f"{point.value} has no function {group.hook} marked with hookimpl")
        answers = manager.subset_hook_caller(group.hook, others)()
        if len(answers) != 1:
            raise TypeError(f"{group.hook} of {point.value} is not marked with hookimpl, or returned None")
        return Plugin(point, group.check(answers[0]))
    except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; it is kept as its reason
        return Plugin(point, reason=f"{type(error).__name__}: {error}")


def _table_plugin(hook: str, table: Mapping[Any, Any]) -> ModuleType:
    """A plug-in that answers ``hook`` with a table that an entry point named directly."""

    def answer() -> Mapping[Any, Any]:
        return table

    plugin = ModuleType(hook)
    setattr(plugin, hook, hookspecs.hookimpl(answer))
    return plugin


def resolve(target: str) -> Any:
    """The object behind ``"module:attribute"``, or the module behind ``"module"``.

    >>> resolve("math:pi")
    3.141592653589793
    """
    module, _, attribute = target.partition(":")
    value: Any = import_module(module)
    for part in filter(None, attribute.split(".")):
        try:
            value = getattr(value, part)
        except AttributeError:
            raise PluginError(f"{target} does not exist: {module} has no {attribute}") from None
    return value


def table(group: Group[Mapping[str, str]]) -> Mapping[str, tuple[tuple[str, Plugin[Any]], ...]]:
    """All names of a group with the targets claimed for each: one, unless distributions are at odds."""
    merged = _tables.get(group.name)
    if merged is None:
        claims: dict[str, dict[str, Plugin[Any]]] = {}
        for plugin in load_group(group):
            for name, target in (plugin.result or {}).items():
                claims.setdefault(name, {}).setdefault(target, plugin)
        merged = {name: tuple(targets.items()) for name, targets in claims.items()}
        _tables[group.name] = merged
    return merged


def find(group: Group[Mapping[str, str]], name: str) -> str | None:
    """The target of ``name``, or None if no loaded plug-in has it; ``PluginConflictError`` if two do."""
    claims = table(group).get(name)
    if claims is None:
        return None
    if len(claims) > 1:
        raise conflict(f"{name!r} of {group.name}", [(plugin, target) for target, plugin in claims])
    return claims[0][0]


def find_op(name: str) -> str | None:
    """Where the op of this name is defined, as ``"module:ATTRIBUTE"``."""
    return find(OPS, name)


def find_service(name: str) -> str | None:
    """Where the service of this name is, as ``"module:attribute"``."""
    return find(SERVICES, name)


def conflict(what: str, claims: list[tuple[Plugin[Any], str]], otherwise: str = "") -> PluginConflictError:
    """The error for two claims to one name; ``otherwise`` is what one can do besides uninstalling."""
    sides = " and ".join(f"{plugin.distribution} {plugin.version} ({target})" for plugin, target in claims)
    advice = ", ".join(filter(None, ["Uninstall one of them", otherwise]))
    return PluginConflictError(f"{what} is claimed by {sides}. {advice}.")


def why_unavailable(group: Group[Any]) -> str:
    """One line for each plug-in of a group that failed to load, with the reason; empty if none did."""
    return "\n".join(f"{plugin} failed to load: {plugin.reason}" for plugin in load_group(group) if plugin.reason)


def forget() -> None:
    """Drop what was loaded, so that newly installed distributions are found; for tests and notebooks."""
    with _lock:
        _scan.cache_clear()
        _loaded.clear()
        _tables.clear()
