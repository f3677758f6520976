"""Decorators that can be looked through."""

from __future__ import annotations

import functools
from typing import Any


def make_decorator(
    target: Any,
    decorator_func: Any,
    decorator_name: str | None = None,
    decorator_doc: str = "",
    decorator_argspec: Any = None,
) -> Any:
    """``decorator_func`` as a wrapper of ``target``, with its name, docstring and signature."""
    return functools.update_wrapper(decorator_func, target)


def unwrap(maybe_tf_decorator: Any) -> tuple[list[Any], Any]:
    """The wrappers around a function, outermost first, and the function."""
    wrappers: list[Any] = []
    inner = maybe_tf_decorator
    while hasattr(inner, "__wrapped__") and not any(inner is each for each in wrappers):
        wrappers.append(inner)
        inner = inner.__wrapped__
    return wrappers, inner
