"""Inlining: calls of functions become the functions' nodes."""

from __future__ import annotations

from collections.abc import Sequence

from flowstone_core.ops.control import CONST, PARTITIONED_CALL, PLACEHOLDER, STATEFUL_PARTITIONED_CALL

from flowstone_graphfn.graph import Graph, Node, map_inputs
from flowstone_graphfn.graph_function import GraphFunction
from flowstone_graphfn.passes.base import rewrite
from flowstone_graphfn.symbolic import SymbolicTensor

LARGEST = 200
"""Functions of more nodes are called, unless it is their only call in the graph."""

DEEPEST = 10
"""How many calls inside calls are inlined."""


def inline(graph: Graph) -> None:
    """Put the nodes of called functions in the place of the calls; the order of effects stays.

    Before::

        y = PartitionedCall[f](x)          f(a) = Sin(Mul(a, a))

    After::

        y = Sin(Mul(x, x))
    """
    for _ in range(DEEPEST):
        calls = [node.attrs["f"] for node in graph.nodes if _is_call(node)]
        if not calls:
            return
        if not rewrite(graph, lambda node, calls=calls: _inlined(graph, node, calls)):  # type: ignore[misc]
            return


def _is_call(node: Node) -> bool:
    return node.op is PARTITIONED_CALL or node.op is STATEFUL_PARTITIONED_CALL


def _inlined(graph: Graph, node: Node, calls: Sequence[GraphFunction]) -> list[SymbolicTensor] | None:
    if not _is_call(node):
        return None
    function = node.attrs["f"]
    body = function.graph
    if len(body.nodes) > LARGEST and sum(other is function for other in calls) > 1:
        return None
    return copy_into(graph, body, node.inputs[0], node)


def copy_into(
    graph: Graph, body: Graph, arguments: Sequence[SymbolicTensor], call: Node | None = None
) -> list[SymbolicTensor]:
    """Append copies of the nodes of ``body`` to ``graph``, ``arguments`` in the place of its inputs; its outputs."""
    mapped = {id(inner): outer for inner, outer in zip(body.inputs, arguments, strict=True)}
    for node in body.nodes:
        if node.op is PLACEHOLDER and id(node.outputs[0]) in mapped:
            continue
        inputs = map_inputs(lambda tensor: mapped[id(tensor)], node.inputs)
        specs = [output._spec for output in node.outputs]
        mark = node.mark or (None if call is None or node.op is CONST else call.mark)
        copied = graph.add_node(node.op, inputs, node.attrs, specs, node.name, mark)
        for old, new in zip(node.outputs, copied.outputs, strict=True):
            mapped[id(old)] = new
    return [mapped[id(tensor)] for tensor in body.outputs]
