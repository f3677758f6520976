"""Snapshots of variables' values: a branch that is traced must not change the containers another branch sees."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flowstone_graphfn.autograph.backend import GrowingList
from flowstone_graphfn.autograph.operators.undefined import MaybeUndefined

_LISTS = (list, deque)
_MAPPINGS = (dict, OrderedDict, defaultdict)


@dataclass
class Saved:
    """A container as it was: the object itself, and what was in it.

    Attributes:
        original: The list, dictionary, set, tuple or growing list.
        keys: The indices or keys; a set is one frozen set, a growing list its handles.
        items: The values, containers among them as ``Saved``.
    """

    original: Any
    keys: list[Any]
    items: list[Any]

    @property
    def kind(self) -> type:
        """The type of the container."""
        return type(self.original)

    def with_items(self, items: Sequence[Any], in_place: bool) -> Any:
        """The container with other values: the same object, or a new one of its kind."""
        if isinstance(self.original, tuple):
            if all(new is old for new, old in zip(items, self.original, strict=True)):
                return self.original
            return self.kind(*items) if hasattr(self.original, "_fields") else tuple(items)
        if isinstance(self.original, GrowingList):
            if not in_place:
                return self.original.with_handles(items)
            self.original.handles = list(items)
            return self.original
        if isinstance(self.original, set):
            elements = self.original if in_place else set()
            elements.clear()
            elements.update(items[0])
            return elements
        if isinstance(self.original, _LISTS):
            container = self.original if in_place else self.kind()
            container.clear()
            container.extend(items)
            return container
        mapping = self.original if in_place else self.original.copy()
        mapping.clear()
        mapping.update(zip(self.keys, items, strict=True))
        return mapping


def save(values: Sequence[Any]) -> list[Any]:
    """The values, with lists, dictionaries and tuples as ``Saved``."""
    seen: dict[int, Saved] = {}
    return [_save(value, seen) for value in values]


def _save(value: Any, seen: dict[int, Saved]) -> Any:
    if isinstance(value, MaybeUndefined):
        return MaybeUndefined(value.name, _save(value.value, seen), value.defined)
    if isinstance(value, tuple):
        if type(value) is not tuple and not hasattr(value, "_fields"):
            return value
        return Saved(value, list(range(len(value))), [_save(item, seen) for item in value])
    if isinstance(value, GrowingList):
        handles = list(value.handles)
        return seen.setdefault(id(value), Saved(value, list(range(len(handles))), handles))
    if type(value) not in (*_LISTS, *_MAPPINGS, set):
        return value
    if id(value) in seen:
        return seen[id(value)]
    if type(value) is set:
        return seen.setdefault(id(value), Saved(value, ["its elements"], [frozenset(value)]))
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    saved = seen[id(value)] = Saved(value, keys, [])
    saved.items += [_save(item, seen) for item in (value.values() if isinstance(value, dict) else value)]
    return saved


def elements(saved: Saved) -> list[Any]:
    """What stands for the elements of a list in ``Backend.growing_list``."""
    if isinstance(saved.original, GrowingList):
        return [saved.original]
    return [item.original if isinstance(item, Saved) else item for item in saved.items]


def restore(saved: Sequence[Any]) -> list[Any]:
    """The values as they were: containers are the same objects, with the contents they had."""
    done: dict[int, Any] = {}

    def one(value: Any) -> Any:
        if isinstance(value, MaybeUndefined):
            return MaybeUndefined(value.name, one(value.value), value.defined)
        if not isinstance(value, Saved):
            return value
        if id(value) not in done:
            if not isinstance(value.original, tuple):
                done[id(value)] = value.original
            done[id(value)] = value.with_items([one(item) for item in value.items], in_place=True)
        return done[id(value)]

    return [one(value) for value in saved]
