"""Matching a checkpoint's object graph with live objects, now and as they come into being."""

from __future__ import annotations

from typing import Any

from flowstone_core.errors import DataLossError, InvalidArgumentError
from flowstone_core.scopes import init_scope
from flowstone_core.tensor import EagerTensor
from flowstone_core.trackable import DictNode, ListNode, Trackable, identity
from flowstone_core.variable import Variable
from flowstone_protos.trackable_object_graph_pb2 import TrackableObjectGraph
from google.protobuf.message import DecodeError

from flowstone_savedmodel.checkpoint.bundle_reader import BundleReader
from flowstone_savedmodel.checkpoint.late import settle, unwatch, watch
from flowstone_savedmodel.checkpoint.object_graph import OBJECT_GRAPH_KEY, VARIABLE_VALUE, View, holding_values

_CONTAINERS = (ListNode, DictNode)


def read_object_graph(reader: BundleReader) -> TrackableObjectGraph | None:
    """The object graph of a checkpoint, or None if it was written without one (by TensorFlow 1's Saver).

    Raises:
        DataLossError: If it is damaged.
    """
    if OBJECT_GRAPH_KEY not in reader:
        return None
    stored = reader.read(OBJECT_GRAPH_KEY)
    damage = ""
    graph = TrackableObjectGraph()
    try:
        graph = TrackableObjectGraph.FromString(stored.item())
    except (DecodeError, TypeError, ValueError) as error:
        damage = str(error)
    numbers = range(len(graph.nodes))
    if damage or any(child.node_id not in numbers for node in graph.nodes for child in node.children):
        raise DataLossError(
            None, None, f"The object graph of the checkpoint {reader.prefix!r} is damaged. {damage}".strip()
        )
    return graph


class Restoration:
    """One checkpoint being read into the objects below a root.

    Objects that exist take their values at once. For a name that has no object yet a callback is left with its
    parent, so that the values are assigned when the object is attached; see ``late`` for lists and dictionaries.

    Attributes:
        graph: The saved object graph.
        view: The root and what hangs below it.
        objects: The live object found for each saved node so far, by number.
        unused: Saved values (node, name) whose object did not take them.
    """

    def __init__(self, reader: BundleReader, graph: TrackableObjectGraph, view: View) -> None:
        self.graph = graph
        self.view = view
        self.objects: dict[int, Trackable] = {}
        self.unused: set[tuple[int, str]] = set()
        self._reader = reader
        self._holding = holding_values(graph)
        self._awaited: set[tuple[int, str]] = set()
        self._missing_items = False

    def run(self) -> None:
        """Match what exists now and was not matched before.

        Raises:
            ValueError: If a saved value does not have its variable's shape.
            InvalidArgumentError: If it does not have its variable's type.
            DataLossError: If a value is damaged.
        """
        self._missing_items = False
        if self.graph.nodes:
            self._bind(0, self.view.root)
        if not self._missing_items:
            unwatch(self)

    def _bind(self, number: int, trackable: Trackable) -> None:
        """Take *trackable* for the saved node *number*, and go on below both."""
        with init_scope():
            visited: set[int] = set()
            found = [(number, trackable, trackable)]
            for number, trackable, owner in found:  # grows while it is walked
                if number in visited or not self._claim(number, trackable):
                    continue
                visited.add(number)
                children = self.view.children(trackable)
                for edge in self.graph.nodes[number].children:
                    child = children.get(edge.local_name)
                    if child is None:
                        child = _empty_container(trackable, edge.local_name)
                    if child is not None:
                        found.append((edge.node_id, child, owner if isinstance(child, _CONTAINERS) else child))
                    elif edge.node_id in self._holding:
                        self._await(number, trackable, owner, edge.local_name, edge.node_id)

    def _claim(self, number: int, trackable: Trackable) -> bool:
        """Give the saved node's values to *trackable*, unless another object stands for the node already."""
        known = self.objects.get(number)
        if known is not None:
            return identity(known) == identity(trackable)
        self.objects[number] = trackable
        if self.graph.nodes[number].attributes:
            self._restore_values(number, trackable)
        return True

    def _restore_values(self, number: int, trackable: Trackable) -> None:
        restored: dict[str, Any] = {}
        for attribute in self.graph.nodes[number].attributes:
            if attribute.checkpoint_key not in self._reader:  # it has several parts
                restored[attribute.name] = self._parts(attribute.checkpoint_key)
                continue
            dtype, _ = self._reader.spec(attribute.checkpoint_key)
            wanted = getattr(trackable, "dtype", dtype)
            if attribute.name == VARIABLE_VALUE and wanted != dtype:
                raise InvalidArgumentError(
                    None,
                    None,
                    f"tensor_name = {attribute.checkpoint_key}; expected dtype {_name(wanted)} does not equal "
                    f"original dtype {dtype.name}. The checkpoint is of another program than this one.",
                )
            restored[attribute.name] = EagerTensor(self._reader.read(attribute.checkpoint_key), dtype)
        restore = type(trackable)._restore_from_tensors
        if restore is Trackable._restore_from_tensors:
            self.unused |= {(number, name) for name in restored}  # an object of another kind, without values
        elif isinstance(trackable, Variable) and restore is Variable._restore_from_tensors:
            _restore_variable(trackable, restored)
        else:
            trackable._restore_from_tensors(restored)

    def _parts(self, key: str) -> dict[str, EagerTensor]:
        """The parts of a value, by what their keys add to *key*."""
        names = [name for name in self._reader.names() if name.startswith(f"{key}-")]
        if not names:
            raise DataLossError(
                None, None, f"The checkpoint {self._reader.prefix!r} lacks {key}, which its object graph names."
            )
        return {
            name.removeprefix(key): EagerTensor(self._reader.read(name), self._reader.spec(name)[0]) for name in names
        }

    def _await(self, number: int, parent: Trackable, owner: Trackable, name: str, child: int) -> None:
        """Wait for the object that will be attached to *parent* as *name*: by a callback where there can be one."""
        if isinstance(parent, _CONTAINERS):
            self._missing_items = True
            # whoever owns the container keeps this restoration alive, and nobody else does
            owner.__dict__["_pending_restoration"] = self
            watch(self)
        elif (number, name) not in self._awaited:
            self._awaited.add((number, name))
            parent._when_attached(name, lambda trackable: self._bind(child, trackable))


def _empty_container(parent: Trackable, name: str) -> Trackable | None:
    """The list or dictionary called *name* that holds nothing to track yet, if *parent* has one."""
    if isinstance(parent, ListNode):
        value = parent.target[int(name)] if name.isdigit() and int(name) < len(parent.target) else None
    elif isinstance(parent, DictNode):
        value = parent.target.get(name)
    else:
        value = getattr(parent, "__dict__", {}).get(name)
    if isinstance(value, list):
        return ListNode(value)
    return DictNode(value) if isinstance(value, dict) else None


def _restore_variable(variable: Variable, restored: dict[str, Any]) -> None:
    """Give *variable* its value, by no op: it may be in the middle of being read by one."""
    value = restored.get(VARIABLE_VALUE)
    if value is None:
        return
    if not variable.shape.is_compatible_with(value.shape):
        raise ValueError(
            f"Received incompatible tensor with shape {value.shape} when attempting to restore variable with shape "
            f"{variable.shape} and name {variable.name}."
        )
    settle(variable._state)
    variable._state.assign(value._array)


def _name(dtype: object) -> str:
    return str(getattr(dtype, "name", dtype))
