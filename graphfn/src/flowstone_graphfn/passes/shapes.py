"""Shapes: what asks for the shape of a value asks for that of what the value was made from."""

from __future__ import annotations

from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.passes.base import rewrite
from flowstone_graphfn.symbolic import SymbolicTensor

ASKS = frozenset({"Shape", "Size", "Rank", "ZerosLike", "OnesLike"})
"""Ops that look at their operand's shape, and type, alone."""

KEEPS = frozenset(
    """
    Abs Acos Asin Atan Cast Ceil Cos Cosh Erf Erfc Exp Expm1 Floor Identity Log Log1p Neg Reciprocal Relu Rint Round
    Rsqrt Sigmoid Sign Sin Sinh Softplus Sqrt Square Tan Tanh LogicalNot ZerosLike OnesLike StopGradient
    """.split()
)
"""Ops whose one result has the shape of their one operand, and that cannot fail."""


def forward_shapes(graph: Graph) -> None:
    """Let shapes be asked of operands, so that results of which only the shape matters are not computed.

    Before::

        y = Exp(x)
        s = Shape(y)

    After::

        y = Exp(x)
        s = Shape(x)
    """

    def step(node: Node) -> list[SymbolicTensor] | None:
        if node.op.name not in ASKS:
            return None
        source = origin = node.inputs[0]
        while origin.node.op.name in KEEPS:
            origin = origin.node.inputs[0]
            if origin.dtype is node.inputs[0].dtype or node.op.name in ("Shape", "Size", "Rank"):
                source = origin
        if source is not node.inputs[0]:
            node.inputs = (source,)
        return None

    rewrite(graph, step)
