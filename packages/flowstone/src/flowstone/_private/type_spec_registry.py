"""The names under which type specs stand in files."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T", bound=type)

_TYPE_SPEC_TO_NAME: dict[type, str] = {}
_NAME_TO_TYPE_SPEC: dict[str, type] = {}


def register(name: str) -> Callable[[T], T]:
    """A decorator that gives a class of type specs its name, such as ``my_package.MySpec``.

    Raises:
        ValueError: The name has another form, or it or the class is taken.
        TypeError: The name is no text.
    """
    if not isinstance(name, str):
        raise TypeError(f"The name of a type spec is text, got {name!r}.")
    if not re.fullmatch(r"(\w+\.)+\w+", name):
        raise ValueError(f"The name of a type spec is {{project}}.{{class}}, got {name!r}.")

    def decorate(cls: T) -> T:
        if cls in _TYPE_SPEC_TO_NAME or name in _NAME_TO_TYPE_SPEC:
            raise ValueError(f"{cls.__name__} or the name {name!r} is registered already.")
        _TYPE_SPEC_TO_NAME[cls], _NAME_TO_TYPE_SPEC[name] = name, cls
        return cls

    return decorate


def get_name(cls: type) -> str:
    """The name of a class.

    Raises:
        ValueError: It has none.
    """
    if cls not in _TYPE_SPEC_TO_NAME:
        raise ValueError(f"{cls.__name__} has no registered name: decorate it with register(name).")
    return _TYPE_SPEC_TO_NAME[cls]


def lookup(name: str) -> type:
    """The class of a name.

    Raises:
        ValueError: Nothing has this name.
    """
    if name not in _NAME_TO_TYPE_SPEC:
        raise ValueError(f"No type spec is registered as {name!r}.")
    return _NAME_TO_TYPE_SPEC[name]
