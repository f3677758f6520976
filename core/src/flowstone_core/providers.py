"""Which provider's kernel runs an op: the installed providers, the user's selection, and the order.

Without a selection, higher priorities come first (numpy 0, simd 10, xla 20). The user selects, for the whole
process, with ``FLOWSTONE_KERNELS=simd,numpy``, with ``set_kernel_providers`` or for a while with
``kernel_providers``: then exactly those are used, in that order. The environment variable is read when the
first op runs.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flowstone_core import plugins
from flowstone_core.hookspecs import KernelProvider
from flowstone_core.kernel import Kernel, KernelSet
from flowstone_core.plugins import KERNELS, Plugin, PluginError, load_group, resolve

VARIABLE = "FLOWSTONE_KERNELS"
"""The environment variable with a comma-separated selection."""

_lock = threading.RLock()
_selection: tuple[str, ...] | None = None
_subscribers: list[Callable[[], None]] = []
_broken: dict[str, str] = {}


class UnknownProviderError(PluginError, ValueError):
    """A selection names a kernel provider that is not installed or could not be loaded."""


def installed_providers() -> list[tuple[KernelProvider, Plugin[KernelProvider]]]:
    """Every provider that loaded, highest priority first, with the plug-in that brought it."""
    found = [(plugin.result, plugin) for plugin in load_group(KERNELS) if plugin.result is not None]
    return sorted(found, key=lambda pair: (-pair[0].priority, pair[0].name))


def set_kernel_providers(names: Iterable[str] | None) -> None:
    """Use exactly these kernel providers, in this order, in the whole process; None for the default order.

    Args:
        names: Provider names as ``flowstone plugins`` lists them.

    Raises:
        UnknownProviderError: One of them is not installed, or failed to load; nothing changes then.

    Example:

        >>> tf.config.set_kernel_providers(["numpy"])
        >>> tf.config.get_kernel_providers()
        ('numpy',)
        >>> tf.config.set_kernel_providers(None)
    """
    global _selection
    chosen = None if names is None else _checked(names, "set_kernel_providers")
    with _lock:
        _selection = chosen
        for callback in _subscribers:
            callback()


def get_kernel_providers() -> tuple[str, ...]:
    """The names of the kernel providers in use, first choice first."""
    return tuple(provider.name for provider, _ in _ranked() if not provider.own_ops)


@contextmanager
def kernel_providers(names: Iterable[str] | None) -> Iterator[None]:
    """``set_kernel_providers(names)`` for the duration of a ``with`` block, for all threads.

    >>> with tf.config.kernel_providers(["numpy"]):
    ...     tf.config.get_kernel_providers()
    ('numpy',)
    """
    before = _selection
    set_kernel_providers(names)
    try:
        yield
    finally:
        set_kernel_providers(before)


def subscribe(callback: Callable[[], None]) -> None:
    """Have ``callback`` called after each change of the selection: resolved kernels are void then."""
    _subscribers.append(callback)


def selected(name: str) -> int | None:
    """The place of a provider's name in the selection in force; 0 if nothing is selected, None if it is left out."""
    names = _selected()
    if names is None:
        return 0
    return names.index(name) if name in names else None


def kernel_targets(op_name: str) -> list[tuple[KernelProvider, str]]:
    """The providers that offer a kernel for an op, first choice first, each with where its kernel is.

    Raises:
        PluginConflictError: Two providers have one name, or equal priority and no selection puts them in
            order, and both offer this op.
    """
    offers = [(provider, plugin) for provider, plugin in _ranked() if op_name in provider.kernels]
    ordered_by_user = _selected() is not None
    for (provider, plugin), (other, other_plugin) in itertools.combinations(offers, 2):
        claims = [(plugin, provider.kernels[op_name]), (other_plugin, other.kernels[op_name])]
        if provider.name == other.name:
            raise plugins.conflict(f"The kernel provider name {provider.name!r}, wanted for {op_name},", claims)
        if provider.priority == other.priority and not ordered_by_user:
            raise plugins.conflict(
                f"{op_name} at priority {provider.priority} ({provider.name}, {other.name})",
                claims,
                f'or choose an order, as in {VARIABLE}="{provider.name},{other.name},numpy"',
            )
    return [(provider, provider.kernels[op_name]) for provider, _ in offers]


def kernels(op_name: str) -> list[tuple[KernelProvider, Kernel]]:
    """The kernels for an op, first choice first; imports what holds them.

    A kernel that cannot be imported is passed over; ``why_no_kernel`` quotes the reason.
    """
    found: list[tuple[KernelProvider, Kernel]] = []
    for provider, target in kernel_targets(op_name):
        try:
            found += [(provider, kernel) for kernel in as_kernels(resolve(target), op_name)]
        except Exception as error:  # noqa: BLE001 - a provider may raise anything; the next one serves
            _broken[f"{provider.name}'s kernel for {op_name} ({target})"] = f"{type(error).__name__}: {error}"
    return found


def as_kernels(value: Any, op_name: str) -> list[Kernel]:
    """What a provider's table names, as a list of kernels: a function, a ``Kernel`` or a ``KernelSet``."""
    if isinstance(value, KernelSet):
        return value.kernels(op_name)
    if isinstance(value, Kernel):
        return [value]
    if callable(value):
        return [Kernel(value)]
    raise TypeError(f"expected a function, a Kernel or a KernelSet, got {value!r}")


def why_no_kernel(op_name: str) -> str:
    """What to tell a user whose op found no kernel: who was asked, and what failed to load."""
    in_use = ", ".join(get_kernel_providers()) or "none"
    lines = [f"Kernel providers in use: {in_use}."]
    selection = set(get_kernel_providers())
    unused = [p.name for p, _ in installed_providers() if op_name in p.kernels and p.name not in selection]
    if unused:
        lines.append(f"{', '.join(unused)} has one, but {VARIABLE} or set_kernel_providers leaves it out.")
    lines += [f"{what} failed to load: {reason}" for what, reason in _broken.items()]
    return "\n".join(filter(None, [*lines, plugins.why_unavailable(KERNELS)]))


def builtin(provider: KernelProvider) -> bool:
    """Whether the provider came with flowstone-core, so that its results need no check."""
    return any(known is provider and plugin.distribution == "flowstone-core" for known, plugin in installed_providers())


def brought_by(provider: KernelProvider) -> str:
    """The name and version of the distribution that brought a provider, for messages."""
    for known, plugin in installed_providers():
        if known is provider:
            return f"{plugin.distribution} {plugin.version}"
    return "no installed distribution"


def _selected() -> tuple[str, ...] | None:
    """The selection in force: the program's, else the environment's, else None."""
    if _selection is not None:
        return _selection
    text = os.environ.get(VARIABLE, "")
    names = [name.strip() for name in text.split(",") if name.strip()]
    return _checked(names, f"{VARIABLE}={text}") if names else None


def _ranked() -> list[tuple[KernelProvider, Plugin[KernelProvider]]]:
    found = installed_providers()
    names = _selected()
    if names is None:
        return found
    selected = [pair for name in names for pair in found if pair[0].name == name]
    return selected + [pair for pair in found if pair[0].own_ops and pair[0].name not in names]


def _checked(names: Iterable[str], where: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(names))
    available = [provider.name for provider, _ in installed_providers()]
    for name in chosen:
        if name not in available:
            raise unknown(name, where)
    return chosen


def unknown(name: str, where: str) -> UnknownProviderError:
    """The error for a provider name that nobody has."""
    available = ", ".join(provider.name for provider, _ in installed_providers())
    return UnknownProviderError(
        f"{where}: no kernel provider is called {name!r}. Installed: {available or 'none'}.\n"
        f"{plugins.why_unavailable(KERNELS)}".strip()
    )
