"""The objects of a SavedModel in the order of their numbers: what is below the root, functions too."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flowstone_core.asset import Asset
from flowstone_core.tensor import EagerTensor
from flowstone_core.trackable import DictNode, ListNode, Trackable, identity
from flowstone_core.variable import Variable
from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_graphfn.function import Function

from flowstone_savedmodel.constants import SIGNATURES_ATTRIBUTE
from flowstone_savedmodel.resources import is_resource, resource_functions, state_functions
from flowstone_savedmodel.signatures import SignatureMap


@dataclass(frozen=True)
class SavedNode:
    """One object.

    Attributes:
        value: A trackable object, a function, the map of signatures, or a constant.
        children: The number of the object behind each name.
    """

    value: Any
    children: dict[str, int] = field(default_factory=dict)


def functions_of(value: Any) -> dict[str, Any]:
    """The functions that an object has, by name.

    They are the attributes that are functions (those of the class, too), and what the object's own method
    ``_saved_model_functions`` adds.
    """
    if isinstance(value, ListNode):
        named: Mapping[str, Any] = {str(index): each for index, each in enumerate(value.target)}
        return {name: each for name, each in named.items() if isinstance(each, Function | ConcreteFunction)}
    if isinstance(value, DictNode):
        items = {str(key): each for key, each in value.target.items()}
        return {name: each for name, each in items.items() if isinstance(each, Function | ConcreteFunction)}
    if isinstance(value, Variable):
        return {}
    if is_resource(value):
        return dict(resource_functions(value))
    found = {}
    for name in dir(value):
        # looked up statically, because a property might do anything
        static = inspect.getattr_static(value, name, None)
        if isinstance(static, Function | ConcreteFunction):
            found[name] = getattr(value, name)
    more = getattr(value, "_saved_model_functions", None)
    return found | dict(more() if callable(more) else {})


class SavedObjects:
    """The objects below *root*, breadth first, then the constants that their functions captured.

    Args:
        root: The object that is saved.
        signatures: Its signatures.
        functions: The root's functions.
    """

    def __init__(self, root: Trackable, signatures: SignatureMap, functions: Mapping[str, Any]) -> None:
        self.nodes = [SavedNode(root)]
        self._numbers = {identity(root): 0}
        self._root_functions = {**functions, SIGNATURES_ATTRIBUTE: signatures}
        self._tensors: dict[int, int] = {}
        for number, node in enumerate(self.nodes):  # grows while it is walked: that is what makes it breadth first
            for name, child in self._children(number, node.value).items():
                node.children[name] = self._number(child)
        self._note_tensors()
        self.states = dict(self._state_functions())
        for node in list(self.nodes):
            if isinstance(node.value, ConcreteFunction):
                self._add_constants(node)

    def number_of(self, function: Function | ConcreteFunction) -> int:
        """The number of a function."""
        return self._numbers[identity(function)]

    def bound_inputs(self, function: ConcreteFunction) -> list[int]:
        """The numbers of the objects that hold what *function* captured."""
        return [self._tensors[_tensor_key(tensor)] for tensor in function.captured_inputs]

    def concrete_functions(self) -> list[ConcreteFunction]:
        """All traces."""
        return [node.value for node in self.nodes if isinstance(node.value, ConcreteFunction)]

    def _state_functions(self) -> Iterator[tuple[int, tuple[int, int]]]:
        """The number of each resource that has a state of its own, and those of what saves and restores it."""
        for number, node in list(enumerate(self.nodes)):
            if is_resource(node.value) and (found := state_functions(node.value)) is not None:
                save, restore = found
                yield number, (self._number(save), self._number(restore))

    def _children(self, number: int, value: Any) -> dict[str, Any]:
        if isinstance(value, Function):
            traces = value._list_all_concrete_functions_for_serialization()
            return {f"trace_{index}": each for index, each in enumerate(traces)}
        if isinstance(value, SignatureMap):
            return dict(value)
        if isinstance(value, Trackable):
            return value._trackable_children() | (self._root_functions if number == 0 else functions_of(value))
        return {}

    def _number(self, value: Any) -> int:
        key = identity(value)
        if key not in self._numbers:
            self._numbers[key] = len(self.nodes)
            self.nodes.append(SavedNode(value))
        return self._numbers[key]

    def _note_tensors(self) -> None:
        """Note which objects stand for tensors that functions may have captured."""
        for number, node in enumerate(self.nodes):
            if isinstance(node.value, Variable):
                self._tensors[_tensor_key(node.value.handle)] = number
            elif is_resource(node.value):
                self._tensors[_tensor_key(node.value.resource_handle)] = number
            elif isinstance(node.value, Asset):
                self._tensors[_tensor_key(node.value.asset_path)] = number

    def _add_constants(self, node: SavedNode) -> None:
        """Make what a function captured besides variables an object, below the function."""
        for index, tensor in enumerate(node.value.captured_inputs):
            key = _tensor_key(tensor)
            if key in self._tensors:
                continue
            if not isinstance(tensor, EagerTensor) or tensor.dtype.is_handle:
                raise AssertionError(_untracked(node.value, tensor))
            self._tensors[key] = node.children[f"capture_{index}"] = self._number(tensor)


def _tensor_key(tensor: Any) -> int:
    """What identifies a captured tensor: its state for a handle, itself otherwise."""
    return id(tensor._array) if tensor.dtype.is_handle and isinstance(tensor, EagerTensor) else id(tensor)


def _untracked(function: ConcreteFunction, tensor: Any) -> str:
    owner = getattr(getattr(tensor, "_array", None), "owner_name", "")
    return (
        f"Tried to export a function which references an 'untracked' resource: {function.name.decode()} uses "
        f"{f'the variable {owner!r}' if owner else repr(tensor)}, which is not reachable from the object that is "
        "saved. Assign it to an attribute of that object, or of one below it."
    )
