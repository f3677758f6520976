"""Branches that are decided before the function runs."""

from __future__ import annotations

from flowstone_core.ops.control import CASE, CONST, IF, STATELESS_CASE, STATELESS_IF

from flowstone_graphfn.graph import Graph, Node, copy_into
from flowstone_graphfn.graph_function import GraphFunction, branches_of
from flowstone_graphfn.passes.base import rewrite
from flowstone_graphfn.symbolic import SymbolicTensor


def decide(graph: Graph) -> None:
    """Put the nodes of the branch that a constant chooses in the place of the ``If`` or ``Case``.

    Before::

        y = If(True, x)                     then(x) = Sin(x), else(x) = Cos(x)

    After::

        y = Sin(x)
    """

    def step(node: Node) -> list[SymbolicTensor] | None:
        branch = _chosen(node)
        return None if branch is None else copy_into(graph, branch.graph, node.inputs[1], node)

    rewrite(graph, step)


def _chosen(node: Node) -> GraphFunction | None:
    """The branch that will run, if that is known."""
    if node.op not in (IF, STATELESS_IF, CASE, STATELESS_CASE):
        return None
    selector = node.inputs[0]
    value = selector._spec.scalar() if selector.node.op is not CONST else selector.node.attrs["value"]._array
    if value is None or getattr(value, "shape", ()) != ():
        return None
    branches: list[GraphFunction] = list(branches_of(node.op, node.attrs))
    if node.op in (IF, STATELESS_IF):
        return branches[0 if value else 1] if selector.dtype.name != "string" else None
    index = int(value)
    return branches[index] if 0 <= index < len(branches) else branches[-1]
