"""``tf.saved_model.save``."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flowstone_core.asset import Asset
from flowstone_core.files import tensorflow_errors, write_whole
from flowstone_core.interpreter import executing_eagerly
from flowstone_core.lookup.state import STATE, table_of
from flowstone_core.tensor import EagerTensor
from flowstone_core.trackable import DictNode, ListNode, Trackable
from flowstone_core.variable import Variable
from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_graphfn.function import Function
from flowstone_protos.meta_graph_pb2 import MetaGraphDef
from flowstone_protos.saved_model_pb2 import SavedModel
from flowstone_protos.saved_object_graph_pb2 import SavedObject, SavedVariable

from flowstone_savedmodel import constants
from flowstone_savedmodel.checkpoint.object_graph import VARIABLE_VALUE, View, checkpoint_key, list_nodes
from flowstone_savedmodel.checkpoint.saving import write_view
from flowstone_savedmodel.fingerprint import fingerprint_of
from flowstone_savedmodel.function_messages import (
    bare_function_message,
    concrete_function_message,
    function_message,
)
from flowstone_savedmodel.graph_export import GraphExporter
from flowstone_savedmodel.main_graph import MainGraph, tensor_info
from flowstone_savedmodel.options import SaveOptions
from flowstone_savedmodel.resources import CREATE, INITIALIZE, is_resource, resource_functions
from flowstone_savedmodel.saved_objects import SavedNode, SavedObjects, functions_of
from flowstone_savedmodel.signatures import SignatureMap, canonical_signatures
from flowstone_savedmodel.tensorproto import shape_to_proto

TENSORFLOW_VERSION = "2.21.0"
"""The version of TensorFlow whose format is written."""


def save(obj: Any, export_dir: Any, signatures: Any = None, options: SaveOptions | None = None) -> None:
    """Write *obj*, its variables and its traced functions as a SavedModel.

    Args:
        obj: The object, usually a ``tf.Module`` or a model.
        export_dir: The folder to write; what a SavedModel there holds is replaced.
        signatures: A function with an input signature, a concrete function, or several by name, for servers to
            call; by default the only function of *obj* that can serve.
        options: How to write.

    Raises:
        ValueError: If *obj* is not trackable, or something cannot be a signature.
        AssertionError: If a function uses a variable that is not reachable from *obj*.
        OpError: If a file cannot be written; nothing is left half written then.

    >>> import tempfile
    >>> from flowstone_core.module import Module
    >>> module, folder = Module(), tempfile.mkdtemp()
    >>> module.v = Variable([1.0, 2.0])
    >>> save(module, folder)
    >>> sorted(os.listdir(folder))
    ['assets', 'fingerprint.pb', 'saved_model.pb', 'variables']
    """
    if not executing_eagerly():
        raise AssertionError("tf.saved_model.save is not supported inside a traced @tf.function. Call it outside.")
    if not isinstance(obj, Trackable):
        raise ValueError(f"Expected an object of type `Trackable`, such as `tf.Module`, to be exported. Got {obj}.")
    options = options or SaveOptions()
    functions = functions_of(obj)
    model = _Model(obj, canonical_signatures(signatures, functions), functions, options)
    folder = Path(os.fspath(export_dir))
    with tensorflow_errors(f"write the SavedModel {str(folder)!r}"), _appearing(folder) as written:
        model.write(written)


class _Model:
    """One SavedModel on its way to messages."""

    def __init__(self, root: Trackable, signatures: SignatureMap, functions: Any, options: SaveOptions) -> None:
        self._root = root
        self._signatures = signatures
        self._options = options
        self._objects = SavedObjects(root, signatures, functions)
        self._exporter = GraphExporter()
        self._graph = MainGraph(self._exporter)
        self._outer_nodes: dict[int, str] = {}
        self._message = MetaGraphDef()
        self._assets: list[tuple[Path, str]] = []

    def write(self, folder: Path) -> None:
        """Write all files into *folder*."""
        variables = folder / constants.VARIABLES_DIRECTORY / constants.VARIABLES_FILENAME
        write_view(View(self._root), str(variables))
        model = SavedModel(saved_model_schema_version=constants.SAVED_MODEL_SCHEMA_VERSION)
        model.meta_graphs.append(self._meta_graph())
        assets = folder / constants.ASSETS_DIRECTORY
        assets.mkdir()
        for source, name in self._assets:
            shutil.copyfile(source, assets / name)
        content = model.SerializeToString(deterministic=True)
        index = variables.with_name(f"{variables.name}.index").read_bytes()
        fingerprint = fingerprint_of(content, model.meta_graphs[0], index)
        write_whole(folder / constants.FINGERPRINT_FILENAME, fingerprint.SerializeToString())
        write_whole(folder / constants.SAVED_MODEL_FILENAME_PB, content)

    def _meta_graph(self) -> MetaGraphDef:
        message = self._message
        self._add_objects()
        self._add_signatures()
        variables = self._saved_variables()
        tables = self._saved_tables()
        if (variables or tables) and not self._options.experimental_skip_saver:
            message.saver_def.CopyFrom(self._graph.add_saver(variables, tables))
        message.graph_def.CopyFrom(self._graph.message())
        info = message.meta_info_def
        info.tags.extend([constants.SERVING, *self._options.extra_tags])
        info.tensorflow_version = TENSORFLOW_VERSION
        info.stripped_op_list.op.extend(self._exporter.op_defs())
        for alias, function in self._options.function_aliases.items():
            for name in self._names_of(function):
                info.function_aliases[name] = alias
        return message

    def _add_objects(self) -> None:
        """The object graph, with a node of the outer graph for each variable, constant and asset."""
        graph = self._message.object_graph_def
        for number, node in enumerate(self._objects.nodes):
            proto = graph.nodes.add()
            for name, child in node.children.items():
                proto.children.add(node_id=child, local_name=name)
            self._describe(number, node, proto)
        for function in self._objects.concrete_functions():
            name = self._exporter.add_function(function.graph_function)
            bound = self._objects.bound_inputs(function)
            graph.concrete_functions[name].CopyFrom(concrete_function_message(function, bound))

    def _describe(self, number: int, node: SavedNode, proto: SavedObject) -> None:
        """Say what kind of object *node* is."""
        value = node.value
        if isinstance(value, Variable):
            self._outer_nodes[number] = self._graph.add_variable(value)
            proto.variable.CopyFrom(_variable_message(value))
        elif isinstance(value, Asset):
            proto.asset.asset_file_def_index = self._add_asset(number, value)
        elif is_resource(value):
            self._describe_resource(number, node, proto)
        elif isinstance(value, EagerTensor):
            self._outer_nodes[number] = proto.constant.operation = self._graph.add_constant(value)
        elif isinstance(value, Function):
            proto.function.CopyFrom(function_message(value, self._names_of(value)))
            for name, child in node.children.items():
                proto.dependencies.add(node_id=child, local_name=name)
        elif isinstance(value, ConcreteFunction):
            name = self._exporter.add_function(value.graph_function)
            proto.bare_concrete_function.CopyFrom(bare_function_message(value, name))
        else:
            proto.user_object.identifier = _identifier(value)
            proto.user_object.version.producer = 1
            proto.user_object.version.min_consumer = 1

    def _describe_resource(self, number: int, node: SavedNode, proto: SavedObject) -> None:
        creator = resource_functions(node.value)[CREATE].get_concrete_function()
        self._outer_nodes[number] = self._graph.add_creator(creator)
        proto.resource.SetInParent()
        proto.registered_name = node.value._registered_name
        if number in self._objects.states:
            state = proto.saveable_objects[STATE]
            state.save_function, state.restore_function = self._objects.states[number]

    def _initializers(self) -> list[str]:
        """The nodes of the outer graph that fill resources."""
        functions = [
            resource_functions(node.value)[INITIALIZE].get_concrete_function()
            for node in self._objects.nodes
            if is_resource(node.value)
        ]
        return [self._graph.add_call(each, self._bound_nodes(each)) for each in functions]

    def _bound_nodes(self, function: ConcreteFunction) -> list[str]:
        """The nodes of the outer graph that hold what a function captured."""
        return [self._outer_nodes[number] for number in self._objects.bound_inputs(function)]

    def _names_of(self, function: Function | ConcreteFunction) -> list[str]:
        """The names in the library of a function's traces."""
        traces = [function] if isinstance(function, ConcreteFunction) else function._list_all_concrete_functions()
        return [self._exporter.add_function(each.graph_function) for each in traces]

    def _add_asset(self, number: int, asset: Asset) -> int:
        """Take an asset's file along; its place in the list of files."""
        source = Path(asset.asset_path.numpy().decode())
        taken = {name for _, name in self._assets}
        name, count = source.name, 0
        while name in taken:
            count += 1
            name = f"{source.name}_{count}"
        self._assets.append((source, name))
        node = self._outer_nodes[number] = self._graph.add_constant(asset.asset_path)
        info = tensor_info(f"{node}:0", asset.asset_path.dtype, asset.asset_path.shape)
        self._message.asset_file_def.add(tensor_info=info, filename=name)
        return len(self._assets) - 1

    def _add_signatures(self) -> None:
        message = self._message
        for key, function in self._signatures.items():
            message.signature_def[key].CopyFrom(self._graph.add_signature(key, function, self._bound_nodes(function)))
        nothing = self._graph.add_no_op("NoOp", self._initializers())
        init = message.signature_def[constants.INIT_OP_SIGNATURE_KEY].outputs[constants.INIT_OP_SIGNATURE_KEY]
        init.name = nothing
        init.tensor_shape.unknown_rank = True
        message.collection_def[constants.MAIN_OP_KEY].node_list.value.append(nothing)

    def _saved_variables(self) -> list[tuple[str, str, Any]]:
        """The node, checkpoint key and type of each variable."""
        paths = self._paths()
        return [
            (self._outer_nodes[number], checkpoint_key(paths[id(node.value)], VARIABLE_VALUE), node.value.dtype)
            for number, node in enumerate(self._objects.nodes)
            if isinstance(node.value, Variable)
        ]

    def _saved_tables(self) -> list[tuple[str, str, Any, Any]]:
        """The node, checkpoint key and types of each table whose state is saved."""
        paths, found = self._paths(), []
        for number in self._objects.states:
            value = self._objects.nodes[number].value
            table = table_of(value.resource_handle)
            assert table is not None
            key = checkpoint_key(paths[id(value)], STATE)
            found.append((self._outer_nodes[number], key, table.key_dtype, table.value_dtype))
        return found

    def _paths(self) -> dict[int, tuple[str, ...]]:
        """The names that lead to each object."""
        return {id(node.trackable): node.path for node in list_nodes(View(self._root))}


def _variable_message(variable: Variable) -> SavedVariable:
    return SavedVariable(
        dtype=variable.dtype.as_datatype_enum,
        shape=shape_to_proto(variable.shape),
        trainable=variable.trainable,
        synchronization=variable.synchronization.value,
        aggregation=variable.aggregation.value,
        name=variable.name.removesuffix(":0"),
    )


def _identifier(value: Any) -> str:
    """What tells a loader how to make an object anew."""
    if isinstance(value, SignatureMap):
        return "signature_map"
    if isinstance(value, ListNode):
        return "trackable_tuple_wrapper" if isinstance(value.target, tuple) else "trackable_list_wrapper"
    if isinstance(value, DictNode):
        return "trackable_dict_wrapper"
    return "_generic_user_object"


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A folder to write into whose content appears at *folder* when the block ends well.

    A new folder appears at once. Where there is one, the files replace those of the same name one by one,
    ``saved_model.pb`` last, so that an interrupted save leaves the old model or the new one's graph.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.parent / f".{folder.name}.{uuid.uuid4().hex}.part"
    temporary.mkdir()
    try:
        yield temporary
        if folder.exists():
            _move_into(temporary, folder)
        else:
            temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _move_into(source: Path, target: Path) -> None:
    files = [path.relative_to(source) for path in source.rglob("*")]
    files.sort(key=lambda path: path.name == constants.SAVED_MODEL_FILENAME_PB)
    for path in files:
        if (source / path).is_dir():
            (target / path).mkdir(parents=True, exist_ok=True)
        else:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(source / path, target / path)
