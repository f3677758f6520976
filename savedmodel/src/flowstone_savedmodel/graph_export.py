"""Graphs as TensorFlow's ``FunctionDef`` and ``GraphDef`` messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from flowstone_core.op import Op
from flowstone_core.ops.array import IDENTITY
from flowstone_core.ops.control import NO_OP
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.graph_function import GraphFunction
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_protos.attr_value_pb2 import AttrValue
from flowstone_protos.function_pb2 import FunctionDef
from flowstone_protos.graph_pb2 import GraphDef
from flowstone_protos.node_def_pb2 import NodeDef
from flowstone_protos.op_def_pb2 import OpDef
from flowstone_protos.resource_handle_pb2 import ResourceHandleProto

from flowstone_savedmodel.attrvalue import encode_attr, encode_plain_attr
from flowstone_savedmodel.control_edges import control_edges, must_run
from flowstone_savedmodel.loops import with_counted_loops
from flowstone_savedmodel.opdefs import op_def
from flowstone_savedmodel.tensorproto import shape_to_proto

PRODUCER: Final = 2474
"""The version of the graph format that is written: that of TensorFlow 2.21."""
MIN_CONSUMER: Final = 12

MOST_OUTPUTS: Final = 1 << 16
"""More outputs than this a node is not believed to have."""

Reference = Callable[[SymbolicTensor], str]
"""How one kind of message names the tensor that a node takes."""

_NOT_IN_NODE_NAMES = re.compile(r"[^A-Za-z0-9_.\\/>-]")
_NOT_IN_ARGUMENT_NAMES = re.compile(r"[^a-z0-9_]")


class GraphExporter:
    """Turns graphs into messages and collects the functions that they call.

    Attributes:
        functions: The messages of all functions so far, by name.
        ops: The ops that occur so far, by name.
    """

    def __init__(self) -> None:
        self.functions: dict[str, FunctionDef] = {}
        self.ops: dict[str, Op] = {}
        self._exported: dict[int, tuple[GraphFunction, str]] = {}

    def add_function(self, function: GraphFunction, name: str | None = None) -> str:
        """Export *function* with all that it calls, once; the name that it has in the library."""
        known = self._exported.get(id(function))
        if known is not None:
            return known[1]
        name = unique_name(_NOT_IN_NODE_NAMES.sub("_", name or function.name), self.functions)
        self._exported[id(function)] = function, name
        self.functions[name] = FunctionDef()  # taken: a function may call itself
        self.functions[name].CopyFrom(self._function_def(function.graph, name))
        return name

    def add_node(self, node: Node, name: str, inputs: Iterable[str], control: Iterable[str] = ()) -> NodeDef:
        """The message of *node*.

        Args:
            node: The node.
            name: What it is called.
            inputs: The names of the tensors that it takes, flat.
            control: The names of the nodes that run before it.
        """
        return self.add_op(node.op, node.all_attrs(), name, inputs, control)

    def add_op(
        self, op: Op, attrs: Mapping[str, Any], name: str, inputs: Iterable[str] = (), control: Iterable[str] = ()
    ) -> NodeDef:
        """The message of a node that executes *op*; *attrs* holds also those that inputs determine."""
        self.ops[op.name] = op
        message = NodeDef(name=name, op=op.name, input=[*inputs, *(f"^{each}" for each in control)])
        for attribute in op.attrs.values():
            if attribute.name in attrs:
                value = encode_attr(attribute.kind, attrs[attribute.name], self.add_function)
                message.attr[attribute.name].CopyFrom(value)
        return message

    def graph_def(self, graph: Graph) -> GraphDef:
        """*graph* as a message of its own, its inputs as placeholders, with the functions that it calls."""
        graph = with_counted_loops(graph)
        names = _node_names(graph)
        message = GraphDef()
        message.node.extend(self._nodes(graph, graph.nodes, names, lambda tensor: _plain_reference(tensor, names)))
        message.library.function.extend(self.functions.values())
        message.versions.producer = PRODUCER
        message.versions.min_consumer = MIN_CONSUMER
        return message

    def op_defs(self) -> list[OpDef]:
        """The schemas of all ops that occur, by name."""
        return [op_def(self.ops[name]) for name in sorted(self.ops)]

    def _nodes(
        self, graph: Graph, nodes: Sequence[Node], names: Mapping[int, str], reference: Reference
    ) -> list[NodeDef]:
        edges = control_edges(graph.nodes)
        return [
            self.add_node(
                node,
                names[id(node)],
                [reference(tensor) for tensor in node.flat_inputs()],
                [names[id(earlier)] for earlier in edges[id(node)]],
            )
            for node in nodes
        ]

    def _function_def(self, graph: Graph, name: str) -> FunctionDef:
        """A function's message: arguments instead of placeholders, results behind everything that must run."""
        graph = with_counted_loops(graph)
        arguments = {id(tensor.node) for tensor in graph.inputs}
        nodes = [node for node in graph.nodes if id(node) not in arguments]
        names = _node_names(graph, arguments)

        def reference(tensor: SymbolicTensor) -> str:
            node = tensor.node
            if id(node) in arguments:
                return names[id(node)]
            output, index = output_slots(node.op, node.all_attrs())[tensor.index]
            return f"{names[id(node)]}:{output}:{index}"

        message = FunctionDef(signature=OpDef(name=name))
        for key, value in graph.attributes.items():
            message.attr[key].CopyFrom(encode_plain_attr(value))
        message.signature.is_stateful = any(node.op.effects.stateful for node in nodes)
        for number, tensor in enumerate(graph.inputs):
            message.signature.input_arg.append(_argument(tensor, names[id(tensor.node)]))
            message.arg_attr[number].CopyFrom(_argument_attributes(tensor))
        message.node_def.extend(self._nodes(graph, nodes, names, reference))
        effects = [names[id(node)] for node in nodes if must_run(node)]
        taken = dict.fromkeys(names.values(), 0)
        finish = unique_name("NoOp", taken)
        if effects:
            message.node_def.append(self.add_op(NO_OP, {}, finish, control=effects))
        for number, tensor in enumerate(graph.outputs):
            node_name = unique_name("Identity", taken)
            after = [finish] if effects else []
            message.node_def.append(self.add_op(IDENTITY, {"T": tensor.dtype}, node_name, [reference(tensor)], after))
            result = unique_name(f"output_{number}", taken)
            message.signature.output_arg.append(_argument(tensor, result))
            message.ret[result] = f"{node_name}:output:0"
        for effect in effects:
            message.signature.control_output.append(effect)
            message.control_ret[effect] = effect
        return message


def output_slots(op: Op, attrs: Mapping[str, Any]) -> list[tuple[str, int]]:
    """For each output of a node, lists flat: the name of the declared output, and the place in its list.

    Raises:
        ValueError: If there are more than a node can be believed to have.
    """
    slots: list[tuple[str, int]] = []
    for argument in op.outputs:
        if argument.number_attr is not None:
            count = attrs[argument.number_attr]
        elif argument.type_list_attr is not None:
            count = len(attrs[argument.type_list_attr])
        else:
            count = 1
        if not 0 <= count <= MOST_OUTPUTS - len(slots):
            raise ValueError(f"{op.name} with {count} outputs as {argument.name!r}")
        slots += [(argument.name, index) for index in range(count)]
    return slots


def _plain_reference(tensor: SymbolicTensor, names: Mapping[int, str]) -> str:
    """``node`` or ``node:2``, as in a ``GraphDef``."""
    name = names[id(tensor.node)]
    return f"{name}:{tensor.index}" if tensor.index else name


def _node_names(graph: Graph, arguments: Iterable[int] = ()) -> dict[int, str]:
    """A legal, unique name for each node, by its ``id``; *arguments* get names of arguments."""
    arguments = set(arguments)
    taken: dict[str, int] = {}
    names = {}
    for node in graph.nodes:
        if id(node) not in arguments:
            names[id(node)] = unique_name(legal_node_name(node.name), taken)
    for node in graph.nodes:
        if id(node) in arguments:
            legal = _NOT_IN_ARGUMENT_NAMES.sub("_", node.name.lower())
            names[id(node)] = unique_name(legal if legal[:1].isalpha() else f"arg{legal}", taken)
    return names


def legal_node_name(name: str) -> str:
    """*name* without the characters that TensorFlow does not take.

    >>> legal_node_name("Größe 1")
    'Gr__e_1'
    """
    legal = _NOT_IN_NODE_NAMES.sub("_", name)
    return legal if legal[:1].isalnum() or legal[:1] == "." else f"n{legal}"


def unique_name(name: str, taken: Any) -> str:
    """*name*, or *name* with the first number that makes it new; it is taken then."""
    candidate, number = name, 0
    while candidate in taken:
        number += 1
        candidate = f"{name}_{number}"
    taken[candidate] = 0
    return candidate


def _argument(tensor: SymbolicTensor, name: str) -> OpDef.ArgDef:
    """One argument or result of a function."""
    argument = OpDef.ArgDef(name=name, type=tensor.dtype.as_datatype_enum)
    for spec in tensor.spec.handle or ():
        argument.handle_data.append(handle_data(spec))
    return argument


def handle_data(spec: Spec) -> ResourceHandleProto.DtypeAndShape:
    """What a handle is known to hold, as a message."""
    return ResourceHandleProto.DtypeAndShape(
        dtype=spec.dtype.as_datatype_enum, shape=shape_to_proto(TensorShape(spec.shape))
    )


def _argument_attributes(tensor: SymbolicTensor) -> FunctionDef.ArgAttrs:
    message = FunctionDef.ArgAttrs()
    name = tensor.node.name.encode()
    message.attr["_user_specified_name"].CopyFrom(AttrValue(s=name))
    if not tensor.dtype.is_handle:
        shape = shape_to_proto(tensor.shape)
        message.attr["_output_shapes"].CopyFrom(AttrValue(list=AttrValue.ListValue(shape=[shape])))
    return message
