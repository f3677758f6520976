"""The class of iterators over data sets, by its old names."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    if name not in ("IteratorBase", "OwnedIterator"):
        raise AttributeError(name)
    return import_module("flowstone.data").Iterator
