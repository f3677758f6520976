"""Arithmetic that does nothing, and moves that undo each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_core.ops.control import CONST

from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.passes.base import rewrite
from flowstone_graphfn.symbolic import SymbolicTensor

Rule = Callable[[Node], SymbolicTensor | None]


def simplify(graph: Graph) -> None:
    """Leave out what changes nothing, exactly: no rule may change a single bit of a result.

    Before::

        a = Identity(x)
        b = Mul(a, 1.0)
        c = Transpose(Transpose(b, [1, 0]), [1, 0])
        d = Reshape(Reshape(c, [6]), [2, 3])        c: float32(2, 3)
        return d

    After::

        return x
    """

    def step(node: Node) -> list[SymbolicTensor] | None:
        rule = RULES.get(node.op.name)
        if rule is None or len(node.outputs) != 1:
            return None
        found = rule(node)
        if found is None or not _keeps_shape(found, node.outputs[0]):
            return None
        return [found]

    rewrite(graph, step)


def _keeps_shape(found: SymbolicTensor, output: SymbolicTensor) -> bool:
    """Whether ``found`` is known to have the type and shape of ``output``, and tells no less of it."""
    known = found._spec.shape
    return found.dtype is output.dtype and (known == output._spec.shape)


def constant_of(tensor: Any) -> Any:
    """The value of a constant, or None."""
    return tensor.node.attrs["value"]._array if tensor.node.op is CONST else None


def _first(node: Node) -> SymbolicTensor | None:
    found: SymbolicTensor = node.inputs[0]
    return found


def _is_all(tensor: SymbolicTensor, number: int) -> bool:
    value = constant_of(tensor)
    return value is not None and value.dtype != np.object_ and value.size > 0 and bool(np.all(value == number))


def _times(node: Node) -> SymbolicTensor | None:
    """``x * 1``, ``1 * x``."""
    x, y = node.inputs
    return x if _is_all(y, 1) else y if _is_all(x, 1) else None


def _over(node: Node) -> SymbolicTensor | None:
    """``x / 1``."""
    x, y = node.inputs
    return x if _is_all(y, 1) else None


def _minus(node: Node) -> SymbolicTensor | None:
    """``x - 0`` (but not ``x + 0``, which makes 0 of -0)."""
    x, y = node.inputs
    value = constant_of(y)
    return x if _is_all(y, 0) and not np.any(np.signbit(value)) else None


def _plus(node: Node) -> SymbolicTensor | None:
    """``x + 0`` of integers."""
    x, y = node.inputs
    if not x.dtype.is_integer:
        return None
    return x if _is_all(y, 0) else y if _is_all(x, 0) else None


def _undone(name: str) -> Rule:
    """``f(f(x))`` for an ``f`` that undoes itself."""

    def rule(node: Node) -> SymbolicTensor | None:
        inner = node.inputs[0].node
        return inner.inputs[0] if inner.op.name == name else None

    return rule


def _transpose(node: Node) -> SymbolicTensor | None:
    """A transposition that moves nothing, or undoes another."""
    x, order = node.inputs
    outer = constant_of(order)
    if outer is None:
        return None
    if list(outer) == list(range(len(outer))):
        found: SymbolicTensor = x
        return found
    inner = constant_of(x.node.inputs[1]) if x.node.op.name == "Transpose" else None
    if inner is not None and [inner[index] for index in outer] == list(range(len(outer))):
        return _first(x.node)
    return None


def _reshape(node: Node) -> SymbolicTensor | None:
    """A reshape to the shape that its operand has, or that its operand's operand had."""
    x, _ = node.inputs
    target = node.outputs[0]._spec.shape
    if target is None or None in target:
        return None
    while x is not None:
        if x._spec.shape == target:
            found: SymbolicTensor = x
            return found
        x = x.node.inputs[0] if x.node.op.name in ("Reshape", "ExpandDims", "Squeeze") else None
    return None


def _cast(node: Node) -> SymbolicTensor | None:
    """A cast to the type that is there."""
    (x,) = node.inputs
    return x if x.dtype is node.attrs["DstT"] else None


RULES: dict[str, Rule] = {
    "Identity": _first,
    "StopGradient": _first,
    "PreventGradient": _first,
    "Snapshot": _first,
    "Mul": _times,
    "RealDiv": _over,
    "Sub": _minus,
    "AddV2": _plus,
    "Neg": _undone("Neg"),
    "LogicalNot": _undone("LogicalNot"),
    "Transpose": _transpose,
    "Reshape": _reshape,
    "Cast": _cast,
}
