"""Printing, assertions, and Python functions inside graphs."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.script",
    {
        "Assert": ". debugging.Assert",
        "numpy_function": ".",
        "print": ".",
        "py_function": ".",
        "string_format": "strings.format",
    },
)
