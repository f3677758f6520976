"""What passes are made of: one walk over the nodes, in which a node may be replaced by tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core.op import Op, specs_of

from flowstone_graphfn.graph import Graph, Node, flat_specs, map_inputs
from flowstone_graphfn.symbolic import SymbolicTensor

Step = Callable[[Node], Sequence[SymbolicTensor] | None]
"""Looks at a node, whose inputs are rewritten already; gives tensors in the place of its outputs, or None."""


def rewrite(graph: Graph, step: Step) -> bool:
    """Walk over a graph's nodes in order and replace those for which ``step`` gives tensors.

    Nodes that ``step`` adds to the graph come to stand before the node that it looks at. A node one of whose
    outputs ``step`` gives itself stays.

    Returns:
        Whether anything was replaced.
    """
    replaced: dict[int, SymbolicTensor] = {}
    gone: list[Node] = []  # kept to the end, so that no identity is used twice
    nodes, graph.nodes = graph.nodes, []
    for node in nodes:
        if replaced:
            redirect(node, replaced)
        instead = step(node)
        if instead is None:
            graph.nodes.append(node)
            continue
        (gone if all(a is not b for a, b in zip(node.outputs, instead, strict=True)) else graph.nodes).append(node)
        for output, tensor in zip(node.outputs, instead, strict=True):
            if tensor is not output:
                replaced[id(output)] = tensor
    graph.outputs = [replaced.get(id(tensor), tensor) for tensor in graph.outputs]
    return bool(replaced)


def redirect(node: Node, replaced: dict[int, SymbolicTensor]) -> None:
    """Let a node take other tensors in the place of those that ``replaced`` names by identity."""
    node.inputs = map_inputs(lambda tensor: replaced.get(id(tensor), tensor), node.inputs)


def added(graph: Graph, place: Node, op: Op, *inputs: SymbolicTensor, **attrs: Any) -> SymbolicTensor:
    """The output of a new node that executes ``op``; ``place`` is the node for whose sake it is made."""
    complete = op.complete(attrs)
    specs = flat_specs(op.infer(*specs_of(inputs), **complete))
    return graph.add_node(op, inputs, complete, specs, mark=place.mark).outputs[0]
