"""The classes that TensorFlow's modules wrap lists and dictionaries in; modules here keep them as they are."""

from __future__ import annotations

from typing import Any

from flowstone_core.trackable import Trackable


class TrackableDataStructure(Trackable):
    """The base of the wrappers; nothing is one."""


class ListWrapper(TrackableDataStructure):
    """Nothing is one: lists stay lists."""


class _DictWrapper(TrackableDataStructure):
    """Nothing is one: dictionaries stay dictionaries."""


class _TupleWrapper(TrackableDataStructure):
    """Nothing is one: tuples stay tuples."""


def sticky_attribute_assignment(trackable: Any, name: str, value: Any) -> Any:
    """What is kept when ``trackable.name = value`` is said: the value itself."""
    return value


def wrap_or_unwrap(value: Any) -> Any:
    """``value``, which needs no wrapper."""
    return value
