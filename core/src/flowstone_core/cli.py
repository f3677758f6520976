"""The ``flowstone`` command: ``plugins``, ``doctor``, ``version`` and what the installed packages add."""

from __future__ import annotations

import argparse
import difflib
import functools
import inspect
import os
import platform
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import distributions, version
from typing import Any

from flowstone_core import plugins, providers
from flowstone_core.hookspecs import CompilerProvider, KernelProvider
from flowstone_core.plugins import COMMANDS, COMPILERS, KERNELS, Group, Plugin, PluginError
from flowstone_core.tables import print_table

Command = Callable[[list[str]], int | None]

ADDED_BY = {
    "cache": "flowstone-kernels-simd",
    "conformance": "flowstone-conformance",
    "demo": "flowstone",
    "graph": "flowstone-graphfn",
    "records": "flowstone-data",
    "saved-model": "flowstone-savedmodel",
}
"""Commands of this project's other packages, for the sentence that says what to install."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the ``flowstone`` command; the exit status."""
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name in ("-h", "--help"):
        print(_help())
        return 0
    try:
        return _find("version" if name == "--version" else name)(rest) or 0
    except PluginError as error:
        print(f"flowstone: {error}", file=sys.stderr)
        return 2


def plugins_command(arguments: list[str]) -> int:
    """Show which kernel providers and other plug-ins are installed, and why one was not loaded."""
    parser = argparse.ArgumentParser(prog="flowstone plugins", description=plugins_command.__doc__)
    parser.add_argument("--ops", metavar="PROVIDER", help="list the ops of one kernel provider instead")
    options = parser.parse_args(arguments)
    if options.ops:
        return _print_ops(options.ops)
    in_use = providers.get_kernel_providers()
    rows = [_provider_row(plugin, in_use) for plugin in plugins.load_group(KERNELS)]
    rows.sort(key=lambda row: -int(row[3]) if row[3] else 0)
    print_table(
        "Kernel providers",
        ["provider", "distribution", "version", "priority", "ops", "state", "reason"],
        rows,
    )
    print_table(
        "Compilers of traced functions",
        ["compiler", "distribution", "version", "priority", "state", "what it is"],
        [_compiler_row(plugin) for plugin in plugins.load_group(COMPILERS)],
    )
    rest = [plugins.API, plugins.OPS, plugins.SERVICES, COMMANDS]
    print_table(
        "Other plug-ins",
        ["group", "plug-in", "distribution", "version", "names", "state", "reason"],
        [_table_row(group, plugin) for group in rest for plugin in plugins.load_group(group)],
    )
    return 0


def version_command(arguments: list[str]) -> int:
    """Show the versions of the installed packages of flowstone."""
    argparse.ArgumentParser(prog="flowstone version", description=version_command.__doc__).parse_args(arguments)
    for name, number in _family():
        print(f"{name} {number}")
    return 0


def doctor_command(arguments: list[str]) -> int:
    """Check the installation: versions that fit, plug-ins that load, an op that computes."""
    argparse.ArgumentParser(prog="flowstone doctor", description=doctor_command.__doc__).parse_args(arguments)
    print(f"Python {platform.python_version()} on {platform.platform()}, {os.cpu_count()} processors")
    for name in ("numpy", "ml_dtypes", "pluggy"):
        print(f"{name} {version(name)}")
    problems: list[str] = []
    for group in (KERNELS, COMPILERS, plugins.API, plugins.OPS, plugins.SERVICES, COMMANDS):
        failures = plugins.why_unavailable(group).splitlines()
        problems += [f"{group.name}: {failure}" for failure in failures]
        if group is not COMPILERS:  # these claim no names of their own
            problems += _conflicts(group)
    try:
        print(f"kernel providers: {', '.join(providers.get_kernel_providers()) or 'none'}")
    except PluginError as error:
        problems.append(str(error))
    problems += _check_compilers()
    for problem in problems:
        print(f"problem: {problem}")
    print("flowstone is well" if not problems else f"{len(problems)} problem(s) found")
    return 1 if problems else 0


BUILT_IN: dict[str, Command] = {
    "doctor": doctor_command,
    "plugins": plugins_command,
    "version": version_command,
}


def _find(name: str) -> Command:
    if name in BUILT_IN:
        return BUILT_IN[name]
    target = plugins.find(COMMANDS, name)
    if target is not None:
        command: Command = plugins.resolve(target)
        return command
    known = [*BUILT_IN, *plugins.table(COMMANDS)]
    if name in ADDED_BY:
        advice = f"It comes with {ADDED_BY[name]}; install it with: pip install {ADDED_BY[name]}"
    else:
        close = difflib.get_close_matches(name, [*known, *ADDED_BY], 1)
        advice = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(sorted(known))}."
    raise PluginError(f"no command {name!r} is installed. {advice}\n{plugins.why_unavailable(COMMANDS)}".strip())


def _help() -> str:
    """The commands with the first line of each one's docstring."""
    lines = ["usage: flowstone COMMAND [ARGUMENTS]", "", "commands:"]
    for name in sorted([*BUILT_IN, *plugins.table(COMMANDS)]):
        try:
            text = inspect.getdoc(_find(name)) or ""
        except Exception as error:  # noqa: BLE001 - a broken command must not hide the help of the others
            text = f"(cannot be loaded: {type(error).__name__}: {error})"
        lines.append(f"  {name:14} {text.partition(chr(10))[0]}")
    return "\n".join([*lines, "", "flowstone COMMAND --help tells more about one."])


def _provider_row(plugin: Plugin[KernelProvider], in_use: Sequence[str]) -> list[str]:
    if plugin.result is None:
        return [plugin.name, plugin.distribution, plugin.version, "", "", plugin.state, plugin.reason]
    provider = plugin.result
    state = "in use" if provider.name in in_use or provider.own_ops else "not selected"
    numbers = [str(provider.priority), str(len(provider.kernels))]
    return [provider.name, plugin.distribution, plugin.version, *numbers, state, ""]


def _compiler_row(plugin: Plugin[CompilerProvider]) -> list[str]:
    if plugin.result is None:
        return [plugin.name, plugin.distribution, plugin.version, "", plugin.state, plugin.reason]
    provider = plugin.result
    state = "not selected" if providers.selected(provider.name) is None else "in use"
    return [
        provider.name,
        plugin.distribution,
        plugin.version,
        str(provider.priority),
        state,
        provider.description,
    ]


def _check_compilers() -> list[str]:
    """Import the compilers and print what each says of itself; what is wrong with them."""
    problems = []
    for plugin in plugins.load_group(COMPILERS):
        if plugin.result is None:
            continue
        try:
            compiler = plugins.resolve(plugin.result.compiler)
            print(f"compiler {plugin.result.name}: {getattr(compiler, 'summary', lambda: 'loaded')()}")
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; the others are checked
            problems.append(f"the compiler {plugin} cannot be used: {type(error).__name__}: {error}")
    return problems


def _table_row(group: Group[Any], plugin: Plugin[Any]) -> list[str]:
    names = "" if plugin.result is None else str(len(plugin.result))
    short = group.name.removeprefix("flowstone.")
    return [short, plugin.name, plugin.distribution, plugin.version, names, plugin.state, plugin.reason]


def _print_ops(name: str) -> int:
    for provider, _ in providers.installed_providers():
        if provider.name == name:
            print("\n".join(sorted(provider.kernels)))
            return 0
    raise providers.unknown(name, "flowstone plugins --ops")


def _conflicts(group: Group[Any]) -> list[str]:
    """The texts of the conflicts between a group's plug-ins, each once."""
    lookup: Callable[[str], object]
    if group is KERNELS:
        lookup = providers.kernel_targets
        names = {name for provider, _ in providers.installed_providers() for name in provider.kernels}
    else:
        lookup = functools.partial(plugins.find, group)
        names = set(plugins.table(group))
    found: dict[str, None] = {}
    for name in sorted(names):
        try:
            lookup(name)
        except PluginError as error:
            found[str(error)] = None
    return list(found)


def _family() -> list[tuple[str, str]]:
    """Every installed distribution whose name begins with flowstone, with its version."""
    names = {distribution.name for distribution in distributions()}
    return [(name, version(name)) for name in sorted(names) if name.startswith("flowstone")]
