"""The outer graph of a SavedModel: what TensorFlow 1's loader, servers and converters see.

It holds a node for each variable and constant, a call for each signature, and the nodes by which variables are
restored; everything else is in the library of functions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, string
from flowstone_core.ops.array import IDENTITY
from flowstone_core.ops.control import CONST, NO_OP, PLACEHOLDER, STATEFUL_PARTITIONED_CALL
from flowstone_core.ops.lookup import LOOKUP_TABLE_EXPORT, LOOKUP_TABLE_IMPORT
from flowstone_core.ops.state import ASSIGN, READ_VARIABLE, VAR_HANDLE
from flowstone_core.shapes import TensorShape
from flowstone_core.tensor import Tensor
from flowstone_core.variable import Variable
from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_protos.attr_value_pb2 import AttrValue
from flowstone_protos.graph_pb2 import GraphDef
from flowstone_protos.meta_graph_pb2 import SignatureDef, TensorInfo
from flowstone_protos.node_def_pb2 import NodeDef
from flowstone_protos.saver_pb2 import SaverDef

from flowstone_savedmodel.constants import PREDICT_METHOD_NAME
from flowstone_savedmodel.graph_export import MIN_CONSUMER, PRODUCER, GraphExporter, legal_node_name, unique_name
from flowstone_savedmodel.tensorproto import shape_to_proto


class MainGraph:
    """Builds the outer graph.

    Args:
        exporter: Where functions go.
    """

    def __init__(self, exporter: GraphExporter) -> None:
        self._exporter = exporter
        self._nodes: list[NodeDef] = []
        self._names: dict[str, int] = {}

    def message(self) -> GraphDef:
        """The graph with its library of functions."""
        message = GraphDef(node=self._nodes)
        message.library.function.extend(self._exporter.functions.values())
        message.versions.producer = PRODUCER
        message.versions.min_consumer = MIN_CONSUMER
        return message

    def _name(self, wanted: str) -> str:
        return unique_name(legal_node_name(wanted), self._names)

    def _add(self, op: Any, wanted: str, inputs: Sequence[str] = (), control: Sequence[str] = (), **attrs: Any) -> str:
        name = self._name(wanted)
        self._nodes.append(self._exporter.add_op(op, attrs, name, inputs, control))
        return name

    def add_constant(self, tensor: Tensor) -> str:
        """A node that holds *tensor*; its name."""
        return self._add(CONST, "Const", value=tensor, dtype=tensor.dtype)

    def add_variable(self, variable: Variable) -> str:
        """A node that makes the handle of *variable*; its name."""
        name = self._name(variable.name.removesuffix(":0"))
        attrs = {"dtype": variable.dtype, "shape": variable.shape, "shared_name": name}
        self._nodes.append(self._exporter.add_op(VAR_HANDLE, attrs, name))
        self._add(READ_VARIABLE, f"{name}/Read/ReadVariableOp", [name], dtype=variable.dtype)
        return name

    def add_placeholder(self, wanted: str, dtype: DType, shape: TensorShape) -> str:
        """A node that takes a value from outside; its name."""
        return self._add(PLACEHOLDER, wanted, dtype=dtype, shape=shape)

    def add_no_op(self, wanted: str, control: Sequence[str] = ()) -> str:
        """A node that does nothing, after others; its name."""
        return self._add(NO_OP, wanted, (), control)

    def add_creator(self, function: ConcreteFunction) -> str:
        """The nodes of a function without arguments, which makes a resource; the name of the one that gives it."""
        names: dict[int, str] = {}
        for node in function.graph.nodes:
            inputs = [f"{names[id(tensor.node)]}:{tensor.index}" for tensor in node.flat_inputs()]
            names[id(node)] = name = self._name(node.name)
            self._nodes.append(self._exporter.add_node(node, name, inputs))
        return names[id(function.graph.outputs[0].node)]

    def add_call(self, function: ConcreteFunction, inputs: Sequence[str]) -> str:
        """A call of *function*; its name."""
        return self._add(
            STATEFUL_PARTITIONED_CALL,
            "StatefulPartitionedCall",
            inputs,
            Tin=[tensor.dtype for tensor in function.inputs],
            Tout=[tensor.dtype for tensor in function.outputs],
            f=function.graph_function,
        )

    def add_signature(self, key: str, function: ConcreteFunction, bound: Sequence[str]) -> SignatureDef:
        """A call of *function* on placeholders, and the message that tells where they are.

        Args:
            key: The signature's name.
            function: What is called: from tensors by name to tensors by name.
            bound: The nodes of the tensors that it captured.
        """
        message = SignatureDef(method_name=PREDICT_METHOD_NAME)
        names = []
        arguments = function.inputs[: len(function.inputs) - len(function.captured_inputs)]
        for keyword, tensor in zip(function._arg_keywords, arguments, strict=True):
            name = self.add_placeholder(f"{key}_{keyword}", tensor.dtype, tensor.shape)
            names.append(name)
            message.inputs[keyword].CopyFrom(tensor_info(f"{name}:0", tensor.dtype, tensor.shape))
        call = self.add_call(function, [*names, *bound])
        results: Mapping[str, Any] = function.results
        for number, keyword in enumerate(sorted(results)):
            tensor = results[keyword]
            message.outputs[keyword].CopyFrom(tensor_info(f"{call}:{number}", tensor.dtype, tensor.shape))
        return message

    def add_saver(
        self,
        variables: Sequence[tuple[str, str, DType]],
        tables: Sequence[tuple[str, str, DType, DType]] = (),
    ) -> SaverDef:
        """The nodes by which TensorFlow 1 writes and restores variables and tables.

        Args:
            variables: The node, the checkpoint key and the element type of each.
            tables: The node, the checkpoint key and the types of keys and values of each.
        """
        filename = self.add_placeholder("saver_filename", string, TensorShape(()))
        listed = [key for _, key, _ in variables]
        listed += [f"{key}{suffix}" for _, key, *_ in tables for suffix in ("-keys", "-values")]
        dtypes = [dtype for *_, dtype in variables] + [dtype for *_, one, two in tables for dtype in (one, two)]
        keys = convert_to_tensor(listed, string)
        whole = convert_to_tensor([""] * len(listed), string)
        names, slices = self.add_constant(keys), self.add_constant(whole)
        types = AttrValue.ListValue(type=[dtype.as_datatype_enum for dtype in dtypes])
        values = [self._add(READ_VARIABLE, "saver/ReadVariableOp", [node], dtype=dtype) for node, _, dtype in variables]
        for node, _, one, two in tables:
            exported = self._add(LOOKUP_TABLE_EXPORT, "saver/LookupTableExportV2", [node], Tkeys=one, Tvalues=two)
            values += [f"{exported}:0", f"{exported}:1"]
        save = self._add_raw("SaveV2", "saver/SaveV2", [filename, names, slices, *values], types)
        saved = self._add(IDENTITY, "saver/Identity", [filename], [save], T=string)
        restore = self._add_raw("RestoreV2", "saver/RestoreV2", [filename, names, slices], types)
        assigns = [
            self._add(ASSIGN, "saver/AssignVariableOp", [node, f"{restore}:{number}"], dtype=dtype)
            for number, (node, _, dtype) in enumerate(variables)
        ]
        for place, (node, _, one, two) in enumerate(tables):
            first = len(variables) + 2 * place
            restored = [node, f"{restore}:{first}", f"{restore}:{first + 1}"]
            assigns.append(self._add(LOOKUP_TABLE_IMPORT, "saver/LookupTableImportV2", restored, Tin=one, Tout=two))
        return SaverDef(
            filename_tensor_name=f"{filename}:0",
            save_tensor_name=f"{saved}:0",
            restore_op_name=self.add_no_op("saver/restore_all", assigns),
            version=SaverDef.V2,
        )

    def _add_raw(self, op: str, wanted: str, inputs: Sequence[str], types: AttrValue.ListValue) -> str:
        """A node that reads or writes a checkpoint; nothing of ours executes it."""
        name = self._name(wanted)
        self._nodes.append(NodeDef(name=name, op=op, input=inputs, attr={"dtypes": AttrValue(list=types)}))
        return name


def tensor_info(name: str, dtype: DType, shape: TensorShape) -> TensorInfo:
    """Where a tensor of the outer graph is, and what it is."""
    return TensorInfo(name=name, dtype=dtype.as_datatype_enum, tensor_shape=shape_to_proto(shape))
