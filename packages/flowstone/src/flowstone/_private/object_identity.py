"""Sets and dictionaries that compare by identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, MutableSet
from typing import Any

from flowstone_core import tensor


class Reference(tensor.Reference):
    """Stands for an object; equal if the objects are the same."""

    __slots__ = ()

    @property
    def unwrapped(self) -> Any:
        """The object."""
        return self.deref()


class ObjectIdentityDictionary(MutableMapping[Any, Any]):
    """A dictionary whose keys are equal only to themselves, and need no hash."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._entries: dict[Reference, Any] = {}
        self.update(*args, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        return self._entries[Reference(key)]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._entries[Reference(key)] = value

    def __delitem__(self, key: Any) -> None:
        del self._entries[Reference(key)]

    def __iter__(self) -> Iterator[Any]:
        return (key.deref() for key in self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class ObjectIdentitySet(MutableSet[Any]):
    """A set whose elements are equal only to themselves."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self._entries = {Reference(item): None for item in items}

    def __contains__(self, item: object) -> bool:
        return Reference(item) in self._entries

    def __iter__(self) -> Iterator[Any]:
        return (entry.deref() for entry in self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, item: Any) -> None:
        """Put ``item`` in."""
        self._entries[Reference(item)] = None

    def discard(self, item: Any) -> None:
        """Take ``item`` out, if it is in."""
        self._entries.pop(Reference(item), None)

    def update(self, items: Iterable[Any]) -> None:
        """Put all of ``items`` in."""
        for item in items:
            self.add(item)
