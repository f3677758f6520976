"""The object graph: what a checkpoint or SavedModel of an object holds.

An object's children are found through its attributes when somebody asks; lists, tuples and dictionaries of
trackable objects stand for nodes of their own, as in TensorFlow's format. An object may be restored before its
variables exist: whoever restores leaves a callback for a child's name, which runs when the child is attached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Pending = dict[str, list[Callable[[Any], None]]]


class Trackable:
    """An object that checkpoints can hold.

    Subclasses answer ``_trackable_children`` (what is below) and, for leaves, ``_serialize_to_tensors`` and
    ``_restore_from_tensors`` (their own values).
    """

    def _trackable_children(self) -> dict[str, Any]:
        """The trackable objects directly below, by name, in a stable order."""
        return {}

    def _serialize_to_tensors(self) -> dict[str, Any]:
        """This object's own values by attribute name (``VARIABLE_VALUE`` for a variable's).

        A value of several parts is a dictionary: what each adds to the name, and a tensor.
        """
        return {}

    def _restore_from_tensors(self, restored: Mapping[str, Any]) -> None:
        """Take own values that ``_serialize_to_tensors`` gave."""

    def _track_trackable(self, trackable: Any, name: str, overwrite: bool = False) -> Any:
        """Attach a child under ``name`` without making it an attribute."""
        extra = self.__dict__.setdefault("_extra_children", {})
        if name in extra and not overwrite and extra[name] is not trackable:
            raise ValueError(f"Called Trackable._track_trackable() with name='{name}', but it is already used.")
        extra[name] = trackable
        self._child_attached(name, trackable)
        return trackable

    def _when_attached(self, name: str, callback: Callable[[Any], None]) -> None:
        """Have ``callback`` called with the child that will be attached under ``name``."""
        pending: Pending = self.__dict__.setdefault("_pending_children", {})
        pending.setdefault(name, []).append(callback)

    def _child_attached(self, name: str, child: Any) -> None:
        pending: Pending | None = self.__dict__.get("_pending_children")
        if pending and name in pending and (node := as_trackable(child)) is not None:
            for callback in pending.pop(name):
                callback(node)


class AutoTrackable(Trackable):
    """A trackable object whose children are its attributes: the base of ``tf.Module``."""

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        if "_pending_children" in self.__dict__:
            self._child_attached(name, value)

    def _trackable_children(self) -> dict[str, Any]:
        found = {}
        untracked = self.__dict__.get("_untracked", ())
        for name, value in vars(self).items():
            if name in BOOKKEEPING or (node := as_trackable(value)) is None:
                continue
            if any(value is each for each in untracked):
                continue
            found[name] = node
        return found | self.__dict__.get("_extra_children", {})

    def _no_dependency(self, value: Any) -> Any:
        """``value``, which is no child when it becomes an attribute of this object."""
        self.__dict__.setdefault("_untracked", []).append(value)
        return value


BOOKKEEPING = frozenset({"_extra_children", "_pending_children", "_untracked"})
"""The attributes in which an object keeps what it knows of its children."""


class ListNode(Trackable):
    """A list or tuple of trackable objects, as a node of the object graph."""

    def __init__(self, target: Any) -> None:
        self.target = target

    def _trackable_children(self) -> dict[str, Any]:
        nodes = ((str(index), as_trackable(value)) for index, value in enumerate(self.target))
        return {name: node for name, node in nodes if node is not None}


class DictNode(Trackable):
    """A dictionary with trackable values, as a node of the object graph."""

    def __init__(self, target: Mapping[Any, Any]) -> None:
        self.target = target

    def _trackable_children(self) -> dict[str, Any]:
        nodes = ((str(key), as_trackable(value)) for key, value in self.target.items())
        return {name: node for name, node in nodes if node is not None}


def as_trackable(value: Any) -> Trackable | None:
    """``value`` as a node of the object graph, or None if it holds nothing to track."""
    if isinstance(value, Trackable):
        return value
    if isinstance(value, (list, tuple)):
        return ListNode(value) if any(as_trackable(item) is not None for item in value) else None
    if isinstance(value, Mapping):
        return DictNode(value) if any(as_trackable(item) is not None for item in value.values()) else None
    return None


def identity(node: Any) -> int:
    """What makes two nodes the same: the object, or the container behind it."""
    return id(node.target) if isinstance(node, (ListNode, DictNode)) else id(node)


def walk(root: Trackable) -> Iterator[tuple[tuple[str, ...], Trackable]]:
    """Each node reachable from ``root`` once, breadth first, with the shortest path of names to it."""
    seen = {identity(root)}
    level: list[tuple[tuple[str, ...], Trackable]] = [((), root)]
    while level:
        following = []
        for path, node in level:
            yield path, node
            for name, child in node._trackable_children().items():
                if identity(child) not in seen:
                    seen.add(identity(child))
                    following.append(((*path, name), child))
        level = following
