"""``inspect``, with the arguments of functions as their names, kinds and defaults alone."""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

_inspect = inspect


class ArgSpec(NamedTuple):
    """The positional arguments of a function."""

    args: list[str]
    varargs: str | None
    keywords: str | None
    defaults: tuple[Any, ...] | None


def getfullargspec(obj: Any) -> inspect.FullArgSpec:
    """The arguments of ``obj`` without annotations, so that those of two libraries can be compared."""
    return inspect.getfullargspec(obj)._replace(annotations={})


def getargspec(obj: Any) -> ArgSpec:
    """The positional arguments of ``obj``."""
    found = inspect.getfullargspec(obj)
    return ArgSpec(found.args, found.varargs, found.varkw, found.defaults)


def isanytargetmethod(object: Any) -> bool:
    """Whether ``object`` or what it wraps is a method."""
    return inspect.ismethod(inspect.unwrap(object) if callable(object) else object)
