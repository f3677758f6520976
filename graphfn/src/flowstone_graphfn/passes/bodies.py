"""Bodies: constants sink into branches and loops, which are then optimized themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_core.ops.control import CASE, CONST, IF, STATELESS_CASE, STATELESS_IF, STATELESS_WHILE, WHILE

from flowstone_graphfn.graph import Graph, Node, copy_graph
from flowstone_graphfn.graph_function import GraphFunction, branch_attrs, branches_of
from flowstone_graphfn.passes.base import redirect, rewrite
from flowstone_graphfn.symbolic import SymbolicTensor


def optimize_bodies(graph: Graph) -> None:
    """Give branches and loop bodies the constants that they are passed, and optimize them.

    Before::

        y = If(p, x, 2.0)                   then(x, c) = Mul(x, c)

    After::

        y = If(p, x, 2.0)                   then(x, c) = Mul(x, 2.0)
    """
    for node in graph.nodes:
        if node.op in (IF, STATELESS_IF, CASE, STATELESS_CASE):
            branches = [_branch(branch, node.inputs[1]) for branch in branches_of(node.op, node.attrs)]
            node.attrs = {**node.attrs, **branch_attrs(node.op, branches)}
        elif node.op in (WHILE, STATELESS_WHILE):
            _loop(node)


def bypass(graph: Graph) -> None:
    """Take what a loop or branches hand through from before them.

    Before::

        i, w2 = While(i, w)                 body(i, w) = i + 1, w
        y = MatMul(x, w2)

    After::

        i, w2 = While(i, w)
        y = MatMul(x, w)
    """

    def step(node: Node) -> list[SymbolicTensor] | None:
        if node.op in (WHILE, STATELESS_WHILE):
            body: Graph = node.attrs["body"].graph
            same = [a is b for a, b in zip(body.outputs, body.inputs, strict=True)]
            sources = list(node.inputs[0])
        elif node.op in (IF, STATELESS_IF):
            sources = _handed_through(node)
            same = [source is not None for source in sources]
        else:
            return None
        if not any(same):
            return None
        triples = zip(node.outputs, sources, same, strict=True)
        return [source if known and _fits(source, output) else output for output, source, known in triples]

    rewrite(graph, step)


def _handed_through(node: Node) -> list[Any]:
    """For each output of an ``If`` the input that both branches return for it, or None."""
    graphs = [node.attrs[key].graph for key in ("then_branch", "else_branch")]
    places = [{id(tensor): index for index, tensor in enumerate(graph.inputs)} for graph in graphs]
    found: list[Any] = []
    for results in zip(*(graph.outputs for graph in graphs), strict=True):
        first, second = (known.get(id(tensor)) for known, tensor in zip(places, results, strict=True))
        found.append(node.inputs[1][first] if first is not None and first == second else None)
    return found


def _fits(source: SymbolicTensor, output: SymbolicTensor) -> bool:
    return output.dtype.is_handle or source._spec.shape == output._spec.shape


def _branch(function: GraphFunction, inputs: Sequence[SymbolicTensor]) -> GraphFunction:
    return _with_constants(function, [tensor if tensor.node.op is CONST else None for tensor in inputs])


def _loop(node: Node) -> None:
    body: Graph = node.attrs["body"].graph
    constants = [
        tensor if tensor.node.op is CONST and result is given else None
        for tensor, given, result in zip(node.inputs[0], body.inputs, body.outputs, strict=True)
    ]
    node.attrs = {
        **node.attrs,
        "cond": _with_constants(node.attrs["cond"], constants),
        "body": _with_constants(node.attrs["body"], constants, keep_outputs=True),
    }


def _with_constants(
    function: GraphFunction, constants: Sequence[SymbolicTensor | None], keep_outputs: bool = False
) -> GraphFunction:
    """``function``, optimized, with constants in the place of some inputs.

    The inputs stay, unused. With ``keep_outputs`` an output that is an input stays that.
    """
    if all(tensor is None for tensor in constants):
        return function.optimized()
    graph, _ = copy_graph(function.graph)
    graph.custom_gradients = []
    replaced: dict[int, SymbolicTensor] = {}
    before = len(graph.nodes)
    for given, constant in zip(graph.inputs, constants, strict=True):
        if constant is not None and not given.dtype.is_handle:
            replaced[id(given)] = graph.add_const(constant.node.attrs["value"], "sunk")
    made = graph.nodes[before:]
    del graph.nodes[before:]
    for node in graph.nodes:
        redirect(node, replaced)
    inputs = {id(tensor.node) for tensor in graph.inputs}
    graph.nodes = [
        *(node for node in graph.nodes if id(node) in inputs),
        *made,
        *(node for node in graph.nodes if id(node) not in inputs),
    ]
    if not keep_outputs:
        graph.outputs = [replaced.get(id(tensor), tensor) for tensor in graph.outputs]
    return GraphFunction(graph, function.name).optimized()
