"""Products of transposed matrices: the product itself transposes."""

from __future__ import annotations

from flowstone_core.ops.linalg import MATMUL

from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.passes.base import rewrite
from flowstone_graphfn.passes.simplify import constant_of
from flowstone_graphfn.symbolic import SymbolicTensor


def absorb_transposes(graph: Graph) -> None:
    """Let ``MatMul`` do the transposition of its operands.

    Before::

        t = Transpose(x, [1, 0])
        y = MatMul(t, w)

    After::

        t = Transpose(x, [1, 0])
        y = MatMul(x, w, transpose_a=True)
    """

    def step(node: Node) -> list[SymbolicTensor] | None:
        if node.op is MATMUL:
            for place, flag in enumerate(("transpose_a", "transpose_b")):
                source = _transposed(node.inputs[place])
                if source is not None:
                    node.inputs = (*node.inputs[:place], source, *node.inputs[place + 1 :])
                    node.attrs = {**node.attrs, flag: not node.attrs[flag]}
        return None

    rewrite(graph, step)


def _transposed(tensor: SymbolicTensor) -> SymbolicTensor | None:
    """What ``tensor`` is the transpose of."""
    if tensor.node.op.name != "Transpose":
        return None
    source, order = tensor.node.inputs
    axes = constant_of(order)
    found: SymbolicTensor = source
    return found if axes is not None and axes.tolist() == [1, 0] else None
