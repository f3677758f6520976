"""Inlining: calls of functions become the functions' nodes."""

from __future__ import annotations

from collections.abc import Sequence

from flowstone_core.ops.control import PARTITIONED_CALL, STATEFUL_PARTITIONED_CALL

from flowstone_graphfn.graph import Graph, Node, copy_into
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
