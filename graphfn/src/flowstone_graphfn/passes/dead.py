"""Dead parts of branches and loops: results that nobody uses, and what only they need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowstone_core.ops.control import CASE, IF, STATELESS_CASE, STATELESS_IF, STATELESS_WHILE, WHILE

from flowstone_graphfn.graph import Graph, Node, copy_graph
from flowstone_graphfn.graph_function import GraphFunction, branch_attrs, branches_of
from flowstone_graphfn.passes.base import redirect
from flowstone_graphfn.passes.prune import prune
from flowstone_graphfn.symbolic import SymbolicTensor

_BRANCHES = (IF, STATELESS_IF, CASE, STATELESS_CASE)


def drop_dead(graph: Graph) -> None:
    """Remove loop variables and results of branches that nothing uses, and inputs that then are not needed.

    Before::

        i, s, t = While(0, x, y)            body(i, s, t) = i + 1, s * w, t + s
        return s

    After::

        i, s = While(0, x)                  body(i, s) = i + 1, s * w
        return s
    """
    for place in range(len(graph.nodes) - 1, -1, -1):  # backwards: what a dead result needed may be dead, too
        node = graph.nodes[place]
        if node.op in (WHILE, STATELESS_WHILE):
            _shrink(graph, place, _live_variables(graph, node), _loop_without)
        elif node.op in _BRANCHES:
            _shrink(graph, place, _used(graph, node), _branches_without)
    prune(graph)  # what took a result that is gone now


def _used(graph: Graph, node: Node) -> list[bool]:
    """Which outputs of a node anything uses that is needed itself."""
    used = {id(tensor) for tensor in graph.outputs}
    wanted = {id(tensor.node) for tensor in graph.outputs}
    for other in reversed(graph.nodes):
        if id(other) in wanted or not other.op.effects.pure:
            for tensor in other.flat_inputs():
                used.add(id(tensor))
                wanted.add(id(tensor.node))
    return [id(tensor) in used for tensor in node.outputs]


def _live_variables(graph: Graph, node: Node) -> list[bool]:
    """Which loop variables matter: their results are used, or the test, effects, or other such variables need them."""
    body: Graph = node.attrs["body"].graph
    test: Graph = node.attrs["cond"].graph
    live = _used(graph, node)
    for needed in (_needs(test, test.outputs), _needs(body, ())):
        live = [a or b for a, b in zip(live, needed, strict=True)]
    while True:
        needed = _needs(body, [tensor for tensor, lives in zip(body.outputs, live, strict=True) if lives])
        grown = [a or b for a, b in zip(live, needed, strict=True)]
        if grown == live:
            return live
        live = grown


def _needs(graph: Graph, outputs: Sequence[SymbolicTensor]) -> list[bool]:
    """Which inputs of a graph ``outputs`` and its effects need."""
    wanted = {id(tensor) for tensor in outputs}
    for node in reversed(graph.nodes):
        if not node.op.effects.pure or any(id(tensor) in wanted for tensor in node.outputs):
            wanted.update(map(id, node.flat_inputs()))
    return [id(tensor) in wanted for tensor in graph.inputs]


def _shrink(
    graph: Graph, place: int, live: list[bool], without: Callable[[Node, list[bool]], tuple[Any, dict[str, Any]]]
) -> None:
    """Replace the node at ``place`` by one that has only the live outputs."""
    node = graph.nodes[place]
    made = without(node, live)
    if made is None:
        return
    inputs, attrs = made
    specs = [output._spec for output, lives in zip(node.outputs, live, strict=True) if lives]
    smaller = Node(graph._self, node.op, inputs, attrs, specs, node.name, node.mark)
    kept = iter(smaller.outputs)
    replaced = {id(output): next(kept) for output, lives in zip(node.outputs, live, strict=True) if lives}
    graph.nodes[place] = smaller
    for other in graph.nodes[place + 1 :]:
        redirect(other, replaced)
    graph.outputs = [replaced.get(id(tensor), tensor) for tensor in graph.outputs]


def _chosen(items: Sequence[Any], live: Sequence[bool]) -> tuple[Any, ...]:
    return tuple(item for item, lives in zip(items, live, strict=True) if lives)


def _loop_without(node: Node, live: list[bool]) -> Any:
    if all(live):
        return None
    shapes = node.attrs["output_shapes"]
    attrs = {
        **node.attrs,
        "cond": _function_without(node.attrs["cond"], live, None),
        "body": _function_without(node.attrs["body"], live, live),
        "output_shapes": _chosen(shapes, live) if len(shapes) == len(live) else (),
    }
    return (_chosen(node.inputs[0], live),), attrs


def _branches_without(node: Node, live: list[bool]) -> Any:
    functions = branches_of(node.op, node.attrs)
    needs = [_needs(function.graph, _chosen(function.graph.outputs, live)) for function in functions]
    taken = [any(column) for column in zip(*needs, strict=True)] if node.inputs[1] else []
    if all(live) and all(taken):
        return None
    smaller = [_function_without(function, taken, live) for function in functions]
    shapes = node.attrs["output_shapes"]
    attrs = {
        **node.attrs,
        **branch_attrs(node.op, smaller),
        "Tout": _chosen(node.attrs["Tout"], live),
        "output_shapes": _chosen(shapes, live) if len(shapes) == len(live) else (),
    }
    return (node.inputs[0], _chosen(node.inputs[1], taken)), attrs


def _function_without(function: GraphFunction, inputs: Sequence[bool], outputs: Sequence[bool] | None) -> GraphFunction:
    """A function without some of its inputs and outputs."""
    graph, _ = copy_graph(function.graph)
    if outputs is not None:
        graph.outputs = list(_chosen(graph.outputs, outputs))
    dropped = {id(tensor.node) for tensor, stays in zip(graph.inputs, inputs, strict=True) if not stays}
    graph.inputs = list(_chosen(graph.inputs, inputs))
    graph._captures = {}
    prune(graph)
    graph.nodes = [node for node in graph.nodes if id(node) not in dropped]
    return GraphFunction.finished(graph, function.name)
