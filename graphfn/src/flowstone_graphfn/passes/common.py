"""Common subexpressions: equal pure nodes become one."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.op import Op
from flowstone_core.ops.control import CONST, PLACEHOLDER
from flowstone_core.tensor import EagerTensor

from flowstone_graphfn.graph import Graph, Node, map_inputs
from flowstone_graphfn.passes.base import rewrite
from flowstone_graphfn.symbolic import SymbolicTensor

LARGEST = 1024
"""Constants of more bytes are not compared."""


def merge_common(graph: Graph) -> None:
    """Let equal pure nodes with equal inputs and attributes be one.

    Before::

        a = Sin(x)
        b = Sin(x)
        c = Add(a, b)

    After::

        a = Sin(x)
        c = Add(a, a)

    Reads of a variable are equal as long as nothing may have changed it between them.
    """
    seen: dict[Any, Node] = {}
    states = _States(graph)

    def step(node: Node) -> tuple[SymbolicTensor, ...] | None:
        effects = node.op.effects
        if effects.writes or effects.world:
            states.changed(node)
            return None
        if node.op is PLACEHOLDER or not node.outputs:
            return None
        try:
            known = seen.setdefault((*_key(node), *(states.of(node.inputs[index]) for index in effects.reads)), node)
        except TypeError:  # an attribute that cannot be compared
            return None
        return None if known is node else known.outputs

    rewrite(graph, step)


class _States:
    """How often each resource may have changed so far.

    Captured resources are known objects, so that a write to one leaves the others alone; an argument may be any.
    """

    def __init__(self, graph: Graph) -> None:
        self._objects = {id(inner): id(outer._array) for outer, inner in graph.captures if type(outer) is EagerTensor}
        self._barriers = 0
        self._writes = 0
        self._own: dict[int, int] = {}

    def of(self, handle: SymbolicTensor) -> tuple[int, int]:
        """Numbers that change when the resource of ``handle`` may have changed."""
        known = self._objects.get(id(handle))
        return self._barriers, self._writes if known is None else self._own.get(known, 0)

    def changed(self, node: Node) -> None:
        """Note the effects of a node."""
        effects = node.op.effects
        objects = [self._objects.get(id(node.inputs[index])) for index in effects.writes]
        self._writes += 1
        if effects.world or None in objects:
            self._barriers += 1
        for known in objects:
            if known is not None:
                self._own[known] = self._own.get(known, 0) + 1


def _key(node: Node) -> tuple[Op, Any, Any]:
    if node.op is CONST:
        return node.op, (), _constant_key(node.attrs["value"])
    inputs = map_inputs(id, node.inputs)
    attrs = tuple((name, _attr_key(value)) for name, value in sorted(node.attrs.items()))
    return node.op, inputs, attrs


def _attr_key(value: Any) -> Any:
    if isinstance(value, EagerTensor):
        return _constant_key(value)
    return value if isinstance(value, (int, float, str, bytes, bool, tuple)) else (type(value), id(value))


def _constant_key(value: EagerTensor) -> Any:
    array = value._array
    if isinstance(array, np.ndarray) and array.dtype != np.object_ and array.nbytes <= LARGEST:
        return value.dtype.name, array.shape, array.tobytes()
    return id(array)
