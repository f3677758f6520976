"""The public names that flowstone-core gives to ``tf.*``: every module here has a table; importing it imports no op."""

from __future__ import annotations

import pkgutil
from importlib import import_module


def _tables() -> dict[str, str]:
    merged: dict[str, str] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name != "names":
            merged |= import_module(f"{__name__}.{module.name}").PUBLIC
    return merged


PUBLIC: dict[str, str] = _tables()
