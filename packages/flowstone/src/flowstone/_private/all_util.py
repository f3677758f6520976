"""Keeping a module's documented names."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any


def remove_undocumented(
    module_name: str,
    allowed_exception_list: Sequence[str] | None = None,
    doc_string_modules: Sequence[Any] | None = None,
) -> None:
    """Delete the public names of a module that are not in its ``allowed_exception_list``.

    Args:
        module_name: The module, already imported.
        allowed_exception_list: The names to keep; without it, all stay.
        doc_string_modules: Modules whose docstrings name more; not read here.
    """
    if allowed_exception_list is None:
        return
    module = sys.modules[module_name]
    for name in [name for name in vars(module) if not name.startswith("_") and name not in allowed_exception_list]:
        delattr(module, name)
