"""Graphs as ``FunctionDef`` and ``GraphDef``, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.errors import (
    InvalidArgumentError,
    NotFoundError,
    OpError,
    PermissionDeniedError,
    UnimplementedError,
)
from flowstone_core.ops import array, compare, control, joining, math
from flowstone_core.ops import state as state_ops
from flowstone_core.spec import Spec
from flowstone_core.variable import Variable
from flowstone_graphfn.graph import Graph
from flowstone_graphfn.graph_function import GraphFunction
from flowstone_graphfn.trace import trace_body
from flowstone_protos.attr_value_pb2 import AttrValue, NameAttrList
from flowstone_protos.function_pb2 import FunctionDef
from flowstone_protos.graph_pb2 import GraphDef
from flowstone_protos.node_def_pb2 import NodeDef
from flowstone_protos.op_def_pb2 import OpDef
from flowstone_protos.tensor_shape_pb2 import TensorShapeProto
from flowstone_protos.types_pb2 import DT_STRING
from flowstone_savedmodel.control_edges import control_edges
from flowstone_savedmodel.graph_export import GraphExporter
from flowstone_savedmodel.graph_import import GraphImporter

FLOAT = Spec((), dtypes.float32)
VECTOR = Spec((None,), dtypes.float32)


def traced(body: Callable[..., Any], *specs: Spec, name: str = "body") -> GraphFunction:
    return GraphFunction(trace_body(name, specs, body, None))


def round_trip(function: GraphFunction) -> GraphFunction:
    exporter = GraphExporter()
    name = exporter.add_function(function)
    messages = [FunctionDef.FromString(each.SerializeToString()) for each in exporter.functions.values()]
    return GraphImporter(messages).function(name)


def run(function: GraphFunction, *arguments: Any) -> list[Any]:
    captured = [outer._array for outer, _ in function.graph.captures]
    return [np.asarray(each).tolist() for each in function.execute([*map(np.float32, arguments), *captured])]


def test_arithmetic() -> None:
    function = traced(lambda x, y: [math.add(math.multiply(x, x), y)], VECTOR, FLOAT)
    back = round_trip(function)
    assert back.execute([np.float32([1, 2]), np.float32(3)])[0].tolist() == [4, 7]
    assert back.graph.inputs[0].shape.as_list() == [None]
    assert [spec.dtype for spec in back.output_specs] == [dtypes.float32]


def test_list_inputs_and_outputs() -> None:
    def body(x: Any, y: Any) -> list[Any]:
        stacked = joining.PACK([x, y, x], axis=0)
        one, two, three = joining.UNPACK(stacked, num=3, axis=0)
        return [three, math.add(one, two)]

    assert run(round_trip(traced(body, FLOAT, FLOAT)), 1, 5) == [1, 6]


def test_nested_functions_branches_and_loops() -> None:
    double = traced(lambda x: [math.add(x, x)], FLOAT, name="double")
    same = traced(lambda x: [x], FLOAT, name="same")
    small = traced(lambda x: [compare.LESS(x, convert_to_tensor(100.0))], FLOAT, name="small")

    def body(x: Any, flag: Any) -> list[Any]:
        called = control.PARTITIONED_CALL([x], f=double, Tout=[dtypes.float32])[0]
        branch = control.STATELESS_IF(flag, [called], then_branch=double, else_branch=same, Tout=[dtypes.float32])
        loop = control.STATELESS_WHILE(branch, cond=small, body=double)
        return [branch[0], loop[0]]

    function = traced(body, FLOAT, Spec((), dtypes.bool))
    back = round_trip(function)
    assert [float(each) for each in back.execute([np.float32(3), np.bool_(True)])] == [12, 192]
    assert [float(each) for each in back.execute([np.float32(3), np.bool_(False)])] == [6, 192]


def test_loops_get_tensorflows_counter() -> None:
    double = traced(lambda x, y: [math.add(x, x), y], FLOAT, VECTOR, name="double")
    small = traced(lambda x, y: [compare.LESS(x, convert_to_tensor(100.0))], FLOAT, VECTOR, name="small")
    function = traced(lambda x, y: control.STATELESS_WHILE([x, y], cond=small, body=double), FLOAT, VECTOR)
    exporter = GraphExporter()
    message = exporter.functions[exporter.add_function(function)]
    (loop,) = (node for node in message.node_def if node.op == "StatelessWhile")
    assert list(loop.attr["T"].list.type) == [3, 3, 1, 1]
    assert [node.op for node in message.node_def].count("Const") == 2
    back = round_trip(function)
    arguments = [np.float32(3), np.float32([1, 2])]
    assert [each.tolist() for each in back.execute(arguments)] == [192, [1, 2]]
    again = round_trip(back)  # what has a counter gets no other
    (node,) = (node for node in again.graph.nodes if node.op is control.STATELESS_WHILE)
    assert len(node.outputs) == 4
    assert [each.tolist() for each in again.execute(arguments)] == [192, [1, 2]]


def test_effects_keep_their_order() -> None:
    v = Variable(1.0)

    def body(x: Any) -> list[Any]:
        before = v.read_value()
        v.assign(math.multiply(v, x))
        middle = v.read_value()
        v.assign(math.add(v, x))
        return [before, middle, v.read_value()]

    function = traced(body, FLOAT)
    exporter = GraphExporter()
    message = exporter.functions[exporter.add_function(function)]
    assert message.signature.is_stateful
    expected = [node.name for node in message.node_def if node.op in ("ReadVariableOp", "AssignVariableOp")]
    assert list(message.signature.control_output) == expected
    assert len(expected) == 7
    nodes = list(message.node_def)
    nodes.reverse()  # the order of the messages means nothing
    del message.node_def[:]
    message.node_def.extend(nodes)
    back = GraphImporter([message]).function(message.signature.name)
    captured = [outer._array for outer, _ in function.graph.captures]
    assert [float(each) for each in back.execute([np.float32(5), *captured])] == [1, 5, 10]


def test_control_edges() -> None:
    v, w = Variable(1.0), Variable(2.0)

    def body(x: Any) -> list[Any]:
        v.read_value()
        w.read_value()
        v.assign(x)
        v.read_value()
        v.read_value()
        w.assign(x)
        v.assign(x)
        return [x]

    graph = traced(body, FLOAT).graph
    nodes = [node for node in graph.nodes if node.op in (state_ops.READ_VARIABLE, state_ops.ASSIGN)]
    edges = control_edges(graph.nodes)
    found = [[nodes.index(earlier) for earlier in edges[id(node)]] for node in nodes]
    assert found == [[], [], [0], [2], [2], [1], [2, 3, 4]]


def test_handles_say_what_they_hold() -> None:
    v = Variable([1.0, 2.0])
    back = round_trip(traced(lambda: [v.read_value()]))
    assert back.graph.inputs[0].spec.handle[0].shape == (2,)
    assert back.graph.outputs[0].shape.as_list() == [2]


def test_odd_node_names() -> None:
    graph = Graph("f")
    first = graph.add_input(FLOAT, "Größe 1")
    second = graph.add_input(FLOAT, "_x")
    node = graph.add_node(math.ADD_V2, (first, second), {}, [FLOAT], "größe_1")
    graph.outputs = [node.outputs[0]]
    exporter = GraphExporter()
    message = exporter.functions[exporter.add_function(GraphFunction(graph))]
    names = [*(each.name for each in message.signature.input_arg), *(each.name for each in message.node_def)]
    assert len(set(names)) == len(names)
    assert all(name.isascii() for name in names)
    assert run(GraphImporter([message]).function("f"), 1, 2) == [3]


def test_functions_of_one_name() -> None:
    one = traced(lambda x: [math.add(x, x)], FLOAT, name="same")
    two = traced(lambda x: [math.multiply(x, x)], FLOAT, name="same")

    def body(x: Any) -> list[Any]:
        a = control.PARTITIONED_CALL([x], f=one, Tout=[dtypes.float32])[0]
        return control.PARTITIONED_CALL([a], f=two, Tout=[dtypes.float32])

    assert run(round_trip(traced(body, FLOAT)), 3) == [36]


def test_graph_def() -> None:
    inner = traced(lambda x: [math.add(x, x)], FLOAT, name="inner")
    graph = traced(lambda x: control.PARTITIONED_CALL([x], f=inner, Tout=[dtypes.float32]), FLOAT).graph
    message = GraphDef.FromString(GraphExporter().graph_def(graph).SerializeToString())
    assert [node.op for node in message.node] == ["Placeholder", "PartitionedCall"]
    assert message.node[1].input == ["arg0"]
    assert [each.signature.name for each in message.library.function] == ["inner"]


# -- hostile messages ------------------------------------------------------------------------------------------


def function_def(*nodes: NodeDef, result: str = "x", inputs: int = 1) -> FunctionDef:
    signature = OpDef(
        name="f",
        input_arg=[OpDef.ArgDef(name="xyz"[number], type=1) for number in range(inputs)],
        output_arg=[OpDef.ArgDef(name="out", type=1)],
    )
    return FunctionDef(signature=signature, node_def=nodes, ret={"out": result})


def node(op: str, *inputs: str, name: str = "n", **attrs: AttrValue) -> NodeDef:
    return NodeDef(name=name, op=op, input=inputs, attr=attrs)


FLOAT_TYPE = AttrValue(type=1)


@pytest.mark.parametrize(
    ("message", "error", "text"),
    [
        (function_def(result="nowhere:0"), InvalidArgumentError, "'nowhere', which is not there"),
        (function_def(node("Neg", "x", T=FLOAT_TYPE), result="n:y:5"), InvalidArgumentError, "out of range"),
        (function_def(node("Neg", "x", T=FLOAT_TYPE), result="n:z:0"), InvalidArgumentError, "'z', which is not"),
        (function_def(node("Neg", "x", T=FLOAT_TYPE), result="n:y:-1"), InvalidArgumentError, "not an output"),
        (function_def(node("Neg", "gone", T=FLOAT_TYPE)), InvalidArgumentError, "'gone', which is not there"),
        (function_def(node("Neg", "x", T=AttrValue(type=2))), InvalidArgumentError, "its inputs say float32"),
        (function_def(node("Neg", T=FLOAT_TYPE)), InvalidArgumentError, "node 'n' .Neg."),
        (function_def(node("Neg", "x", "x", T=FLOAT_TYPE)), InvalidArgumentError, "takes 1 inputs but has 2"),
        (function_def(node("NoSuchOp", "x")), NotFoundError, "no installed package"),
        (function_def(node("Neg", "x", sneaky=AttrValue(i=3))), InvalidArgumentError, "attribute sneaky"),
        (function_def(node("Cast", "x", DstT=AttrValue(type=999))), InvalidArgumentError, "no type number 999"),
        (function_def(node("Cast", "x", DstT=AttrValue(i=1))), InvalidArgumentError, "node 'n'"),
        (function_def(node("Cast", "x")), InvalidArgumentError, "DstT"),
        (function_def(node("Pack", "x", N=AttrValue(i=-1))), InvalidArgumentError, "takes -1 tensors"),
        (function_def(node("Pack", "x", N=AttrValue(i=2**40))), InvalidArgumentError, "takes 1099511627776"),
        (function_def(node("Unpack", "x", num=AttrValue(i=2**40))), InvalidArgumentError, "node 'n'"),
        (function_def(node("Neg", "x"), node("Neg", "x")), InvalidArgumentError, "one name"),
        (function_def(node("Neg", "n")), UnimplementedError, "wait for each other"),
        (function_def(node("Switch", "x", "x")), UnimplementedError, "control flow"),
        (function_def(node("ReadFile", "x")), PermissionDeniedError, "experimental_allow_file_ops"),
        (function_def(node("EagerPyFunc", "x", token=AttrValue(s=b"pyfunc_0"))), PermissionDeniedError, "Python"),
        (
            function_def(node("PartitionedCall", "x", f=AttrValue(func=NameAttrList(name="gone")))),
            NotFoundError,
            "'gone', which the file lacks",
        ),
        (
            function_def(node("PartitionedCall", "x", f=AttrValue(func=NameAttrList(name="f")))),
            UnimplementedError,
            "calls itself",
        ),
        (
            function_def(node("Const", value=AttrValue(tensor={"dtype": 1, "tensor_shape": {"dim": [{"size": 9}]}}))),
            InvalidArgumentError,
            "dtype",
        ),
        (
            function_def(
                node("Placeholder", dtype=FLOAT_TYPE, shape=AttrValue(shape=TensorShapeProto(dim=[{"size": -7}])))
            ),
            InvalidArgumentError,
            "shape",
        ),
    ],
)
def test_hostile_functions(message: FunctionDef, error: type[OpError], text: str) -> None:
    with pytest.raises(error, match=text):
        GraphImporter([message]).function("f")


def test_result_types_are_checked() -> None:
    message = function_def()
    message.signature.output_arg[0].type = 2  # type: ignore[assignment]
    with pytest.raises(InvalidArgumentError, match="declared float64 but is float32"):
        GraphImporter([message]).function("f")


def test_unknown_functions() -> None:
    with pytest.raises(NotFoundError, match="'g'"):
        GraphImporter([]).function("g")


def test_file_ops_need_consent() -> None:
    message = function_def(node("ReadFile", "x"), result="n:contents:0")
    message.signature.input_arg[0].type = message.signature.output_arg[0].type = DT_STRING
    with pytest.raises(PermissionDeniedError, match="experimental_allow_file_ops"):
        GraphImporter([message]).function("f")
    assert GraphImporter([message], allow_files=True).function("f").graph.nodes[-1].op.name == "ReadFile"


def test_deep_nesting_is_no_problem() -> None:
    messages = []
    for depth in range(2000):
        call = node("PartitionedCall", "x", f=AttrValue(func=NameAttrList(name=f"f{depth + 1}")))
        call.attr["Tin"].list.type.append(1)
        call.attr["Tout"].list.type.append(1)
        message = function_def(call, result="n:output:0")
        message.signature.name = f"f{depth}"
        messages.append(message)
    last = function_def(node("Identity", "x", T=FLOAT_TYPE), result="n:output:0")
    last.signature.name = "f2000"
    function = GraphImporter([*messages, last]).function("f0")
    assert function.graph.outputs[0].dtype is dtypes.float32


def test_aliases_of_handles_are_seen_through() -> None:
    v = Variable(1.0)

    def body(x: Any) -> list[Any]:
        handle = array.IDENTITY(v.handle)
        state_ops.ASSIGN(handle, x)
        return [v.read_value()]

    graph = traced(body, FLOAT).graph
    edges = control_edges(graph.nodes)
    assert [node.op.name for node in edges[id(graph.outputs[0].node)]] == ["AssignVariableOp"]
