"""The form of the tables: attribute of a module -> the public names it has, separated by spaces."""

from __future__ import annotations

from collections.abc import Mapping


def public(module: str, names: Mapping[str, str]) -> dict[str, str]:
    """``{"math.add": "module:add", ...}`` from ``{"add": "add math.add"}``; a single dot means the same name.

    >>> public("m", {"add": ". math.add"})
    {'add': 'm:add', 'math.add': 'm:add'}
    """
    return {
        attribute if name == "." else name: f"{module}:{attribute}"
        for attribute, listed in names.items()
        for name in listed.split()
    }
