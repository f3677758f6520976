"""Loops in the layout that TensorFlow expects: a counter and a limit before the loop's own values.

TensorFlow makes its ``While`` nodes with two values of its own in front, the number of the iteration and the most
iterations allowed (-1 for no limit), and its gradient of a loaded loop counts on them. A loop of flowstone's has the
values of the program only; on export it gets the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from flowstone_core.dtypes import int32
from flowstone_core.ops.control import CONST, PARTITIONED_CALL, STATEFUL_PARTITIONED_CALL, STATELESS_WHILE, WHILE
from flowstone_core.ops.math import ADD_V2
from flowstone_core.shapes import TensorShape
from flowstone_core.spec import Spec
from flowstone_core.tensor import EagerTensor
from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.graph_function import GraphFunction
from flowstone_graphfn.symbolic import SymbolicTensor

LOOPS: Final = (WHILE, STATELESS_WHILE)
_NUMBER: Final = Spec((), int32)


def with_counted_loops(graph: Graph) -> Graph:
    """*graph*, or a copy of it in which every loop has a counter and a limit.

    Before: ``x = While(x0, cond, body)``. After: ``_, _, x = While(0, -1, x0, cond', body')`` where ``body'`` adds
    one to the counter and calls ``body``.
    """
    if not any(_lacks_counter(node) for node in graph.nodes):
        return graph
    made = Graph(graph.name)
    made.attributes = graph.attributes
    mapped: dict[int, SymbolicTensor] = {}
    for node in graph.nodes:
        inputs = tuple(
            tuple(mapped[id(item)] for item in value) if type(value) is tuple else mapped[id(value)]
            for value in node.inputs
        )
        if _lacks_counter(node):
            outputs = _counted(made, node, [mapped[id(value)] for value in node.flat_inputs()])
        else:
            specs = [output.spec for output in node.outputs]
            outputs = made.add_node(node.op, inputs, node.attrs, specs, node.name, node.mark).outputs
        mapped.update((id(old), new) for old, new in zip(node.outputs, outputs, strict=True))
    made.inputs = [mapped[id(tensor)] for tensor in graph.inputs]
    made.outputs = [mapped[id(tensor)] for tensor in graph.outputs]
    return made


def _lacks_counter(node: Node) -> bool:
    """Whether *node* is a loop whose first value is not a counter."""
    if node.op not in LOOPS:
        return False
    body: Graph = node.attrs["body"].graph
    if len(body.inputs) < 2 or any(tensor.dtype is not int32 or tensor.shape.rank for tensor in body.inputs[:2]):
        return True
    counter, limit = (_source(tensor) for tensor in body.outputs[:2])
    if limit is not body.inputs[1] or counter.node.op is not ADD_V2:
        return True
    start, step = (_source(tensor) for tensor in counter.node.inputs)
    return start is not body.inputs[0] or step.node.op is not CONST or int(step.node.attrs["value"]) != 1


def _source(tensor: SymbolicTensor) -> SymbolicTensor:
    """What a tensor is the same as."""
    while tensor.node.op.name == "Identity":
        tensor = tensor.node.inputs[0]
    return tensor


def _counted(graph: Graph, node: Node, values: Sequence[SymbolicTensor]) -> Sequence[SymbolicTensor]:
    """Append the loop *node* on *values* with a counter and a limit; the outputs that it had without them."""
    counter = graph.add_const(_number(0), f"{node.name}/loop_counter")
    limit = graph.add_const(_number(-1), f"{node.name}/maximum_iterations")
    cond, body = node.attrs["cond"], node.attrs["body"]
    specs = [value.spec for value in values]
    shapes = tuple(node.attrs["output_shapes"])
    attrs = {
        **node.attrs,
        "cond": _wrapped(cond, specs, lambda graph, counter, limit, results: results),
        "body": _wrapped(body, specs, _count_up),
        "output_shapes": (TensorShape(()), TensorShape(()), *shapes) if shapes else (),
    }
    outputs = [_NUMBER, _NUMBER, *(output.spec for output in node.outputs)]
    return graph.add_node(node.op, ((counter, limit, *values),), attrs, outputs, node.name, node.mark).outputs[2:]


Finish = Callable[[Graph, SymbolicTensor, SymbolicTensor, Sequence[SymbolicTensor]], Sequence[SymbolicTensor]]


def _wrapped(function: GraphFunction, specs: Sequence[Spec], finish: Finish) -> GraphFunction:
    """A function of counter, limit and values that calls *function* on the values."""
    graph = Graph(f"{function.name}_counted")
    counter, limit = graph.add_input(_NUMBER, "loop_counter"), graph.add_input(_NUMBER, "maximum_iterations")
    values = tuple(
        graph.add_input(Spec(inner.spec.shape, spec.dtype, handle=spec.handle or inner.spec.handle), f"value_{number}")
        for number, (spec, inner) in enumerate(zip(specs, function.graph.inputs, strict=True))
    )
    op = STATEFUL_PARTITIONED_CALL if function.stateful else PARTITIONED_CALL
    attrs: dict[str, Any] = op.complete({"f": function, "Tout": [spec.dtype for spec in function.output_specs]})
    call = graph.add_node(op, (values,), attrs, function.output_specs)
    graph.outputs = list(finish(graph, counter, limit, call.outputs))
    return GraphFunction(graph)


def _count_up(
    graph: Graph, counter: SymbolicTensor, limit: SymbolicTensor, results: Sequence[SymbolicTensor]
) -> Sequence[SymbolicTensor]:
    one = graph.add_const(_number(1), "one")
    following = graph.add_node(ADD_V2, (counter, one), {}, [_NUMBER], "next").outputs[0]
    return [following, limit, *results]


def _number(value: int) -> EagerTensor:
    return EagerTensor(np.array(value, np.int32), int32)
