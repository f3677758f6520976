"""Gradient rules of calls, branches and loops.

They apply where a graph is differentiated that holds such nodes; under a tape these ops record how to go back
themselves (``execution``).
"""

from __future__ import annotations

from typing import Any

from flowstone_autodiff.registry import Call, gradient
from flowstone_core.ops import control

from flowstone_graphfn.differentiate import differentiating
from flowstone_graphfn.execution import upgrade
from flowstone_graphfn.graph import Node, map_inputs
from flowstone_graphfn.trace import building


@gradient(
    control.PARTITIONED_CALL,
    control.STATEFUL_PARTITIONED_CALL,
    control.IF,
    control.STATELESS_IF,
    control.CASE,
    control.STATELESS_CASE,
    control.WHILE,
    control.STATELESS_WHILE,
    missing=True,
)
def with_functions(call: Call, arrived: list[Any]) -> tuple[Any, ...]:
    """The gradients of the bodies, in reverse; the node is upgraded so that it keeps what they need."""
    first = next((tensor for tensor in call.outputs if hasattr(tensor, "node")), None)
    if first is None:
        raise LookupError(
            f"{call.op.name} was executed eagerly by itself; call it inside a tf.function to differentiate it."
        )
    node: Node = first.node
    session = differentiating(node)
    made = session.upgraded.get(id(node))
    if made is None:
        made = session.upgraded[id(node)] = upgrade(node.op, node.attrs, node.inputs, session.deep)
        with node.graph.inserting_before(node), building(node.graph) as builder:
            inputs = map_inputs(builder.local, made.inputs(node.inputs))
        node.replace(made.op, inputs, made.attrs)
    padded = [*arrived, *[None] * (len(node.outputs) - len(arrived))]
    results = made.backward(node.inputs, node.outputs, padded)
    return tuple(
        gradients[: len(value)] if type(value) is tuple else gradients
        for value, gradients in zip(call.inputs, results, strict=True)
    )
