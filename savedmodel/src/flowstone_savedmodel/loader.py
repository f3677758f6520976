"""The objects of a SavedModel, out of the messages."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
from flowstone_core.asset import Asset
from flowstone_core.dtypes import as_dtype, resource
from flowstone_core.errors import InvalidArgumentError, UnimplementedError
from flowstone_core.lookup.state import STATE
from flowstone_core.scopes import init_scope
from flowstone_core.tensor import EagerTensor
from flowstone_core.variable import Variable, VariableAggregation, VariableSynchronization
from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_protos.meta_graph_pb2 import MetaGraphDef
from flowstone_protos.saved_object_graph_pb2 import SavedObject, SavedVariable

from flowstone_savedmodel.constants import ASSETS_DIRECTORY
from flowstone_savedmodel.function_loading import concrete_function, parameters_of, short_name
from flowstone_savedmodel.graph_import import GraphImporter, check_harmless
from flowstone_savedmodel.resources import CREATE, INITIALIZE, RestoredResource, RestoredTable
from flowstone_savedmodel.restored import RestoredCallable, RestoredFunction, RestoredObject
from flowstone_savedmodel.signatures import SignatureMap
from flowstone_savedmodel.structure import decode_structure
from flowstone_savedmodel.tensorproto import proto_to_array, proto_to_shape

_MOST_GAPS = 1 << 12
"""A saved list lacks the items that were not trackable; more than this are not believed."""


class ObjectLoader:
    """Makes the objects of a meta graph.

    Args:
        message: The meta graph.
        folder: The SavedModel's folder.
        allow_files: Whether its graphs may use files.
    """

    def __init__(self, message: MetaGraphDef, folder: Path, allow_files: bool) -> None:
        self._message = message
        self._folder = folder
        self._allow_files = allow_files
        self._nodes = message.object_graph_def.nodes
        self._importer = GraphImporter(message.graph_def.library.function, allow_files)
        self._constants = {node.name: node for node in message.graph_def.node if node.op == "Const"}
        self._objects: dict[int, Any] = {}
        self._concrete: dict[str, ConcreteFunction] = {}
        self._declared: dict[str, inspect.Signature] = {}

    def load(self) -> Any:
        """The root object, with everything below it.

        Raises:
            OpError: If the messages are not legal, or hold what is not supported.
        """
        with init_scope():
            later = ("function", "bare_concrete_function", "resource")
            for number, proto in enumerate(self._nodes):
                if proto.WhichOneof("kind") not in later:
                    self._objects[number] = self._make(proto)
            self._note_parameters()
            self._importer.trust(self._initializers_from_assets())
            for number, proto in enumerate(self._nodes):
                if proto.WhichOneof("kind") == "resource":
                    self._objects[number] = self._resource(proto)
            for number, proto in enumerate(self._nodes):
                if number not in self._objects:
                    self._objects[number] = self._make_function(proto)
            for number, proto in enumerate(self._nodes):
                self._add_children(self._objects[number], proto)
        return self._settled()

    def initialize(self) -> None:
        """Fill the resources.

        Raises:
            OpError: If what fills one fails, or would do other things too.
        """
        for number, value in self._objects.items():
            if isinstance(value, RestoredResource):
                name = self._function_name(self._nodes[number], INITIALIZE)
                if name is not None and not self._allow_files:
                    check_harmless(self._importer.function(name))
                value._initialize()

    def concrete(self, name: str) -> ConcreteFunction:
        """The trace of that name in the library."""
        if name not in self._concrete:
            messages = self._message.object_graph_def.concrete_functions
            if name not in messages:
                raise _illegal(f"the object graph names the function {name!r}, which it does not describe")
            bound = [self._bound(number) for number in messages[name].bound_inputs]
            graph = self._importer.function(name)
            self._concrete[name] = concrete_function(graph, messages[name], bound, self._declared.get(name))
        return self._concrete[name]

    # -- objects -----------------------------------------------------------------------------------------------

    def _make(self, proto: SavedObject) -> Any:
        """An object without its children."""
        kind = proto.WhichOneof("kind")
        if kind == "variable":
            return _variable(proto.variable)
        if kind == "constant":
            return self._constant(proto.constant.operation)
        if kind == "asset":
            return self._asset(proto.asset.asset_file_def_index)
        if kind == "user_object" or kind is None:
            return self._user_object(proto)
        raise UnimplementedError(None, None, f"The SavedModel holds a {kind}, which flowstone does not load yet.")

    def _user_object(self, proto: SavedObject) -> Any:
        names = [child.local_name for child in proto.children]
        match proto.user_object.identifier:
            case "trackable_list_wrapper" | "trackable_tuple_wrapper":
                return _empty_list(names)
            case "trackable_dict_wrapper":
                return {}
            case "signature_map":
                return SignatureMap({})
            case _:
                return RestoredCallable() if "__call__" in names else RestoredObject()

    def _constant(self, name: str) -> EagerTensor:
        if name not in self._constants:
            raise _illegal(f"the constant {name!r} is not in the graph")
        return EagerTensor(*proto_to_array(self._constants[name].attr["value"].tensor))

    def _asset(self, index: int) -> Asset:
        files = self._message.asset_file_def
        if not 0 <= index < len(files):
            raise _illegal(f"it has {len(files)} assets, but names number {index}")
        name = files[index].filename
        path = Path(name)
        if not name or "\0" in name or path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
            raise _illegal(f"the asset {name!r} lies outside the model's folder")
        full = self._folder / ASSETS_DIRECTORY / path
        root = (self._folder / ASSETS_DIRECTORY).resolve()
        if not full.resolve().is_relative_to(root):
            raise _illegal(f"the asset {name!r} leads outside the model's folder")
        return Asset(str(full))

    # -- resources ---------------------------------------------------------------------------------------------

    def _resource(self, proto: SavedObject) -> RestoredResource:
        name = self._function_name(proto, CREATE)
        if name is None:
            raise _illegal("a resource has no function that makes it")
        check_harmless(self._importer.function(name))
        handle = self.concrete(name)()
        if not isinstance(handle, EagerTensor) or handle.dtype is not resource:
            raise _illegal(f"the function {name!r} makes no resource")
        kind = RestoredTable if STATE in proto.saveable_objects else RestoredResource
        return kind(handle, proto.registered_name)

    def _function_name(self, proto: SavedObject, child: str) -> str | None:
        """The name in the library of the function that is the *child* of an object."""
        for each in proto.children:
            if each.local_name == child and 0 <= each.node_id < len(self._nodes):
                function = self._nodes[each.node_id]
                names = function.function.concrete_functions or [function.bare_concrete_function.concrete_function_name]
                return names[0]
        return None

    def _initializers_from_assets(self) -> set[str]:
        """The functions that fill resources from files, as far as these are assets of the model."""
        found: set[str] = set()
        messages = self._message.object_graph_def.concrete_functions
        for proto in self._nodes:
            name = self._function_name(proto, INITIALIZE) if proto.HasField("resource") else None
            if name is not None and name in messages:
                assets = [isinstance(self._objects.get(each), Asset) for each in messages[name].bound_inputs]
                found |= self._importer.reading_only(name, assets)
        return found

    # -- functions ---------------------------------------------------------------------------------------------

    def _note_parameters(self) -> None:
        """Note the Python parameters that each trace had."""
        for proto in self._nodes:
            if proto.HasField("function") and proto.function.HasField("function_spec"):
                declared = parameters_of(proto.function.function_spec)
                for name in proto.function.concrete_functions:
                    self._declared.setdefault(name, declared)

    def _make_function(self, proto: SavedObject) -> Any:
        if proto.HasField("bare_concrete_function"):
            return self.concrete(proto.bare_concrete_function.concrete_function_name)
        message = proto.function
        names = list(message.concrete_functions)
        traces = [self.concrete(name) for name in names]
        fixed = decode_structure(message.function_spec.input_signature)
        name = short_name(names[0]) if names else "restored_function"
        parameters = parameters_of(message.function_spec) if message.HasField("function_spec") else _anything()
        try:
            return RestoredFunction(name, parameters, fixed if isinstance(fixed, tuple | list) else None, traces)
        except TypeError as error:
            raise ValueError(f"The SavedModel's function {name!r} has a damaged signature: {error}") from None

    def _bound(self, number: int) -> EagerTensor:
        """The tensor that a trace captured, from the object that holds it."""
        value = self._objects.get(number)
        if isinstance(value, Variable):
            handle = value.handle
            assert isinstance(handle, EagerTensor)
            return handle
        if isinstance(value, RestoredResource):
            return value.resource_handle
        if isinstance(value, Asset):
            path = value.asset_path
            assert isinstance(path, EagerTensor)
            return path
        if isinstance(value, EagerTensor):
            return value
        raise _illegal(f"a function captured object {number}, which holds no tensor")

    # -- children ----------------------------------------------------------------------------------------------

    def _add_children(self, value: Any, proto: SavedObject) -> None:
        children = {child.local_name: self._child(child.node_id) for child in proto.children}
        if isinstance(value, SignatureMap):
            value._functions.update(
                (name, each) for name, each in children.items() if isinstance(each, ConcreteFunction)
            )
        elif isinstance(value, list):
            for name, child in children.items():
                value[int(name)] = child
        elif isinstance(value, dict):
            value.update(children)
        elif isinstance(value, RestoredObject):
            for name, child in children.items():
                value._attach(name, child)

    def _child(self, number: int) -> Any:
        if number not in self._objects:
            raise _illegal(f"an object's child is number {number} of {len(self._nodes)}")
        return self._objects[number]

    def _settled(self) -> Any:
        """The root, with tuples where lists stood for them."""
        stand_ins = {
            id(self._objects[number])
            for number, proto in enumerate(self._nodes)
            if proto.user_object.identifier == "trackable_tuple_wrapper"
        }
        if stand_ins:
            settle = _Settling(stand_ins)
            for value in list(self._objects.values()):
                settle.inside(value)
            return settle.one(self._objects[0])
        return self._objects[0] if self._objects else RestoredObject()


class _Settling:
    """Puts tuples in the place of the lists that stood for them while they were filled."""

    def __init__(self, stand_ins: set[int]) -> None:
        self._stand_ins = stand_ins
        self._made: dict[int, tuple[Any, ...]] = {}
        self._open: set[int] = set()

    def one(self, value: Any) -> Any:
        """*value*, or the tuple that it stands for."""
        key = id(value)
        if key not in self._stand_ins:
            return value
        if key in self._open:
            raise _illegal("a tuple contains itself")
        if key not in self._made:
            self._open.add(key)
            self._made[key] = tuple(self.one(item) for item in value)
            self._open.discard(key)
        return self._made[key]

    def inside(self, value: Any) -> None:
        """Settle what is directly in *value*."""
        if isinstance(value, RestoredObject | dict):
            attributes = value.__dict__ if isinstance(value, RestoredObject) else value
            for key, item in list(attributes.items()):
                attributes[key] = self.one(item)
        elif isinstance(value, list) and id(value) not in self._stand_ins:
            value[:] = [self.one(item) for item in value]


def _variable(message: SavedVariable) -> Variable:
    """A variable that has no value yet."""
    try:
        shape, dtype = proto_to_shape(message.shape), as_dtype(message.dtype)
        if dtype.is_handle:
            raise ValueError(f"its type is {dtype.name}")
        nothing = np.zeros((), dtype.numpy_dtype)  # seen through strides of 0, it fills any shape without memory
        sizes = [size or 0 for size in shape.as_tuple() or ()]
        variable = Variable(
            EagerTensor(np.broadcast_to(nothing, sizes), dtype),
            trainable=message.trainable,
            name=message.name or None,
            shape=shape,
            synchronization=VariableSynchronization(message.synchronization),
            aggregation=VariableAggregation(message.aggregation),
        )
    except (TypeError, ValueError) as error:
        raise _illegal(f"the variable {message.name!r} is not legal: {error}") from None
    variable._state.array = None
    return variable


def _empty_list(names: list[str]) -> list[Any]:
    """A list with a place for each of the children called *names*: their indices."""
    if not all(name.isascii() and name.isdigit() for name in names):
        raise _illegal("a list has children that are not numbered")
    length = max((int(name) + 1 for name in names), default=0)
    if length > len(names) + _MOST_GAPS:
        raise _illegal(f"a list of {len(names)} children names number {length - 1}")
    return [None] * length


def _anything() -> inspect.Signature:
    """Parameters that take all arguments."""
    kinds = inspect.Parameter
    return inspect.Signature([kinds("args", kinds.VAR_POSITIONAL), kinds("kwargs", kinds.VAR_KEYWORD)])


def _illegal(reason: str) -> InvalidArgumentError:
    return InvalidArgumentError(None, None, f"The SavedModel cannot be loaded: {reason}.")
