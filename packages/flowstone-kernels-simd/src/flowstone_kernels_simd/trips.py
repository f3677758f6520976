"""How often a loop runs, where its counter tells."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import control
from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.symbolic import SymbolicTensor

from flowstone_kernels_simd.lowering import Lowering

_COMPARISONS = {"Less": (1, 0), "LessEqual": (1, 1), "Greater": (-1, 0), "GreaterEqual": (-1, 1)}
"""By the op: the direction in which the counter moves towards the limit, and whether it may reach it."""


class _AnyNumber:
    """Stands for a lowering where only the form of a loop matters."""

    def scalar(self, tensor: SymbolicTensor) -> int:
        """Some integer."""
        return 0


def countable(node: Node, test: Graph, body: Graph) -> bool:
    """Whether a loop has a counter and a limit, so that its iterations can be counted once these are known."""
    return Trips(_AnyNumber(), node, test, body).most is not None


class Trips:
    """The iterations of a ``While``.

    Attributes:
        most: How many there are at most; None if nobody knows.
        exact: Whether there are always that many.
        final: What counters are after the loop, where that is known.
    """

    def __init__(self, low: Lowering | _AnyNumber, node: Node, test: Graph, body: Graph) -> None:
        self._low, self._given = low, node.inputs[0]
        self._test, self._body = test, body
        self.most, self.exact = self._bound(test.outputs[0])
        self.final: dict[int, int] = {}
        if self.exact and self.most is not None:
            for number in range(len(body.inputs)):
                start, step = low.scalar(self._given[number]), self._step(number)
                if start is not None and step is not None:
                    self.final[number] = start + step * self.most

    def _bound(self, tensor: SymbolicTensor) -> tuple[int | None, bool]:
        """How often a condition holds at most, and whether it does exactly as often."""
        node = tensor.node
        if node.op.name == "Identity":
            return self._bound(node.inputs[0])
        if node.op.name == "LogicalAnd":
            one, two = (self._bound(operand) for operand in node.inputs)
            known = [most for most, _ in (one, two) if most is not None]
            return (min(known) if known else None), bool(one[1] and two[1])
        if node.op.name not in _COMPARISONS:
            return None, False
        direction, more = _COMPARISONS[node.op.name]
        counter, limit = node.inputs
        number = self._number(self._test, counter)
        end = self._value(limit)
        if number is None or end is None:
            return None, False
        start, step = self._low.scalar(self._given[number]), self._step(number)
        if start is None or step is None or step * direction <= 0:
            return None, False
        distance = (end - start) * direction + more
        return max(0, -(-distance // abs(step))), True

    def _number(self, graph: Graph, tensor: SymbolicTensor) -> int | None:
        return next((number for number, given in enumerate(graph.inputs) if given is tensor), None)

    def _value(self, tensor: SymbolicTensor) -> int | None:
        """An integer that the condition knows."""
        if tensor.dtype.name not in ("int32", "int64"):
            return None
        if tensor.node.op is control.CONST:
            return int(_array(tensor)) if _array(tensor).shape == () else None
        number = self._number(self._test, tensor)
        if number is None or self._body.outputs[number] is not self._body.inputs[number]:
            return None
        return self._low.scalar(self._given[number])

    def _step(self, number: int) -> int | None:
        """How a counter moves in each iteration."""
        given, result = self._body.inputs[number], self._body.outputs[number]
        if given.dtype.name not in ("int32", "int64"):
            return None
        if result is given:
            return 0
        node = result.node
        if node.op.name not in ("AddV2", "Add", "Sub"):
            return None
        one, two = node.inputs
        if one is not given and node.op.name != "Sub":
            one, two = two, one
        if one is not given or two.node.op is not control.CONST or _array(two).shape != ():
            return None
        return int(_array(two)) * (-1 if node.op.name == "Sub" else 1)


def _array(tensor: SymbolicTensor) -> Any:
    return tensor.node.attrs["value"]._array
