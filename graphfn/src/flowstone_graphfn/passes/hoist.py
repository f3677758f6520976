"""Loop-invariant motion: what each iteration would compute anew, computed once before the loop."""

from __future__ import annotations

from flowstone_core.ops.control import CONST, PLACEHOLDER, STATELESS_WHILE, WHILE

from flowstone_graphfn.graph import Graph, Node, copy_graph, map_inputs
from flowstone_graphfn.graph_function import GraphFunction
from flowstone_graphfn.passes.base import rewrite
from flowstone_graphfn.symbolic import SymbolicTensor

UNARY = frozenset(
    "Shape Size Rank Cast Neg ZerosLike OnesLike Square Exp Tanh Sigmoid Sqrt Rsqrt Abs LogicalNot".split()
)
"""Ops that cannot fail."""

SHAPED = UNARY | frozenset(
    """
    Pack Fill ExpandDims Squeeze Transpose Reshape AddV2 Sub Mul RealDiv Less LessEqual Greater GreaterEqual Equal
    NotEqual LogicalAnd LogicalOr Maximum Minimum MatMul Sum Mean Max Min Prod ConcatV2 BroadcastTo Pow SquaredDifference
    """.split()
)
"""Ops that cannot fail on operands of known shapes: a loop that runs no iteration must not fail."""


def hoist(graph: Graph) -> None:
    """Move pure nodes of loop bodies that depend on nothing that changes out of the loop.

    Before::

        while i < n:                        w: a captured value
            x = MatMul(x, Neg(w))

    After::

        m = Neg(w)
        while i < n:
            x = MatMul(x, m)
    """

    def step(node: Node) -> tuple[SymbolicTensor, ...] | None:
        if node.op is not WHILE and node.op is not STATELESS_WHILE:
            return None
        return _hoisted(graph, node)

    rewrite(graph, step)


def _hoisted(graph: Graph, loop: Node) -> tuple[SymbolicTensor, ...] | None:
    body: Graph = loop.attrs["body"].graph
    (initial,) = loop.inputs
    pairs = zip(body.inputs, initial, body.outputs, strict=True)
    outside: dict[int, SymbolicTensor] = {
        id(inner): outer for inner, outer, result in pairs if result is inner and outer is not None
    }
    fixed = set(outside)
    moved: dict[int, SymbolicTensor] = {}
    for node in body.nodes:
        if node.op is PLACEHOLDER:
            continue
        if node.op is CONST:
            fixed.add(id(node.outputs[0]))
            continue
        operands = node.flat_inputs()
        if not _may_move(node) or not all(id(tensor) in fixed for tensor in operands):
            continue
        if all(tensor.node.op is CONST for tensor in operands):
            continue
        inputs = map_inputs(lambda tensor: _outer(graph, tensor, outside), node.inputs)
        specs = [output._spec for output in node.outputs]
        copied = graph.add_node(node.op, inputs, node.attrs, specs, node.name, node.mark)
        outside[id(node.outputs[0])] = moved[id(node.outputs[0])] = copied.outputs[0]
        fixed.add(id(node.outputs[0]))
    if not moved:
        return None
    return _with_more_inputs(graph, loop, body, moved)


def _may_move(node: Node) -> bool:
    if len(node.outputs) != 1 or not node.op.effects.pure:
        return False
    known = all(_is_known(tensor) for tensor in (*node.flat_inputs(), *node.outputs))
    return node.op.name in (SHAPED if known else UNARY)


def _is_known(tensor: SymbolicTensor) -> bool:
    shape = tensor._spec.shape
    return shape is not None and None not in shape


def _outer(graph: Graph, tensor: SymbolicTensor, outside: dict[int, SymbolicTensor]) -> SymbolicTensor:
    found = outside.get(id(tensor))
    if found is None:  # a constant
        found = outside[id(tensor)] = graph.add_const(tensor.node.attrs["value"], tensor.node.name)
    return found


def _with_more_inputs(
    graph: Graph, loop: Node, body: Graph, moved: dict[int, SymbolicTensor]
) -> tuple[SymbolicTensor, ...]:
    """The loop with the moved values as further variables that stay the same."""
    new_body, mapped = copy_graph(body)
    new_test, _ = copy_graph(loop.attrs["cond"].graph)
    inner: dict[int, SymbolicTensor] = {}
    for key, outer in moved.items():
        inner[id(mapped[key])] = new_body.add_input(outer._spec, "hoisted")
        new_test.add_input(outer._spec, "hoisted")
    arguments, others = new_body.nodes[-len(inner) :], new_body.nodes[: -len(inner)]
    new_body.nodes = [*arguments, *others]
    rewrite(new_body, lambda node: [inner[id(t)] for t in node.outputs] if _is_moved(node, inner) else None)
    new_body.outputs = [*new_body.outputs, *inner.values()]
    attrs = {
        **loop.attrs,
        "body": GraphFunction.finished(new_body),
        "cond": GraphFunction.finished(new_test),
        "output_shapes": (),
    }
    specs = [*(tensor._spec for tensor in loop.outputs), *(outer._spec for outer in moved.values())]
    inputs = ((*loop.inputs[0], *moved.values()),)
    node = graph.add_node(loop.op, inputs, attrs, specs, loop.name, loop.mark)
    return node.outputs[: len(loop.outputs)]


def _is_moved(node: Node, inner: dict[int, SymbolicTensor]) -> bool:
    return len(node.outputs) == 1 and id(node.outputs[0]) in inner
