"""Checks and prints, taken out on demand."""

from __future__ import annotations

from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.passes.base import rewrite
from flowstone_graphfn.symbolic import SymbolicTensor

CHECKS = frozenset({"Assert", "PrintV2", "Print"})
PASSES_THROUGH = frozenset({"CheckNumerics", "CheckNumericsV2", "Print"})


def strip_debugging(graph: Graph) -> None:
    """Remove assertions, checks of numerics and prints.

    Before::

        Assert(ok, [x])
        y = CheckNumerics(x)
        z = Sin(y)

    After::

        z = Sin(x)
    """

    def step(node: Node) -> list[SymbolicTensor] | None:
        return [node.inputs[0]] if node.op.name in PASSES_THROUGH else None

    rewrite(graph, step)
    graph.nodes = [node for node in graph.nodes if node.op.name not in CHECKS]
