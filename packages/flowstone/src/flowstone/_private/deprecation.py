"""Decorators that warn, once, of functions and arguments that will go."""

from __future__ import annotations

import functools
import inspect
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_log = logging.getLogger("tensorflow")
_state = threading.local()


@contextmanager
def silence() -> Iterator[None]:
    """Inside, this thread is not warned."""
    before = getattr(_state, "silent", False)
    _state.silent = True
    try:
        yield
    finally:
        _state.silent = before


def _end(date: str | None) -> str:
    return "in a future version" if date is None else f"after {date}"


class _Warner:
    """Says a thing once, or each time."""

    def __init__(self, once: bool) -> None:
        self._once, self._said = once, set[str]()

    def __call__(self, what: str, date: str | None, instructions: str) -> None:
        if getattr(_state, "silent", False) or (self._once and what in self._said):
            return
        self._said.add(what)
        _log.warning("%s is deprecated and will be removed %s. Instead: %s", what, _end(date), instructions)


def _documented(function: Any, notice: str, instructions: str) -> None:
    text = inspect.cleandoc(function.__doc__ or "")
    function.__doc__ = f"{text}\n\nDeprecated: {notice} {instructions}".strip()


def deprecated(date: str | None, instructions: str, warn_once: bool = True) -> Callable[[Any], Any]:
    """The decorated function or class warns when it is called.

    Args:
        date: When it will go, as ``YYYY-MM-DD``; None leaves that open.
        instructions: What to do instead.
        warn_once: Whether the first call alone warns.
    """

    def decorate(target: Any) -> Any:
        warn = _Warner(warn_once)
        is_class = isinstance(target, type)
        called = target.__init__ if is_class else target

        @functools.wraps(called)
        def calls(*args: Any, **kwargs: Any) -> Any:
            warn(f"{target.__module__}.{target.__qualname__}", date, instructions)
            return called(*args, **kwargs)

        if is_class:
            target.__init__ = calls
            return target
        _documented(calls, f"it will be removed {_end(date)}.", instructions)
        return calls

    return decorate


def _with_arguments(
    check: Callable[[inspect.BoundArguments], list[str]], date: str | None, instructions: str, warn_once: bool
) -> Callable[[Any], Any]:
    def decorate(function: Any) -> Any:
        warn, signature = _Warner(warn_once), inspect.signature(function)

        @functools.wraps(function)
        def calls(*args: Any, **kwargs: Any) -> Any:
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError:
                return function(*args, **kwargs)  # which says what is wrong
            for what in check(bound):
                warn(f"calling {function.__module__}.{function.__qualname__} with {what}", date, instructions)
            return function(*args, **kwargs)

        _documented(calls, f"some arguments will be removed {_end(date)}.", instructions)
        return calls

    return decorate


def deprecated_args(
    date: str | None, instructions: str, *deprecated_arg_names_or_tuples: Any, **kwargs: Any
) -> Callable[[Any], Any]:
    """The decorated function warns when an argument of these names is given.

    Args:
        date: When they will go; None leaves that open.
        instructions: What to do instead.
        deprecated_arg_names_or_tuples: Names, or pairs of a name and a value that is fine.
        kwargs: ``warn_once``, by default True.
    """
    names = [(each, []) if isinstance(each, str) else (each[0], [each[1]]) for each in deprecated_arg_names_or_tuples]

    def check(bound: inspect.BoundArguments) -> list[str]:
        return [n for n, fine in names if n in bound.arguments and not any(bound.arguments[n] is f for f in fine)]

    return _with_arguments(check, date, instructions, kwargs.get("warn_once", True))


def deprecated_arg_values(
    date: str | None, instructions: str, warn_once: bool = True, **deprecated_kwargs: Any
) -> Callable[[Any], Any]:
    """The decorated function warns when an argument has one of these values.

    Args:
        date: When they will go; None leaves that open.
        instructions: What to do instead.
        warn_once: Whether the first such call alone warns.
        deprecated_kwargs: The values, by argument.
    """

    def check(bound: inspect.BoundArguments) -> list[str]:
        given = {**bound.arguments, **bound.arguments.get("kwargs", {})}
        return [f"{n}={v!r}" for n, v in deprecated_kwargs.items() if n in given and (given[n] is v or given[n] == v)]

    return _with_arguments(check, date, instructions, warn_once)


def deprecated_argument_lookup(new_name: str, new_value: Any, old_name: str, old_value: Any) -> Any:
    """The value of an argument that was renamed.

    Raises:
        ValueError: Both names were given.
    """
    if old_value is not None and new_value is not None:
        raise ValueError(f"{old_name!r} is the old name of {new_name!r}: give one of them.")
    return new_value if old_value is None else old_value


def deprecated_alias(deprecated_name: str, name: str, func_or_class: Any, warn_once: bool = True) -> Any:
    """``func_or_class`` under an old name, which warns when it is called."""
    if isinstance(func_or_class, type):
        func_or_class = type(func_or_class.__name__, (func_or_class,), {"__doc__": func_or_class.__doc__})
    return deprecated(None, f"use {name}; {deprecated_name} is its old name.", warn_once)(func_or_class)


def deprecated_endpoints(*args: str) -> Callable[[Any], Any]:
    """Marks old public names of a function; it changes nothing."""
    return lambda target: target
