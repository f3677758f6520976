"""Array functions without a public name."""

from __future__ import annotations

from typing import Any

from flowstone import raw_ops as _raw_ops


def prevent_gradient(input: Any, message: str = "", name: str | None = None) -> Any:
    """``input``, through which no gradient may pass: asking for one is an error that says ``message``."""
    return _raw_ops.PreventGradient(input=input, message=message, name=name)
