"""Pruning: pure nodes that nothing needs."""

from __future__ import annotations

from flowstone_graphfn.graph import Graph


def prune(graph: Graph) -> None:
    """Remove the nodes that neither outputs nor effects need.

    Before::

        a = Mul(x, x)
        b = Sin(x)
        return a

    After::

        a = Mul(x, x)
        return a
    """
    wanted = {id(tensor.node) for tensor in (*graph.outputs, *graph.inputs)}
    kept = []
    for node in reversed(graph.nodes):
        if id(node) in wanted or not node.op.effects.pure:
            kept.append(node)
            wanted.update(id(tensor.node) for tensor in node.flat_inputs())
    graph.nodes = kept[::-1]
