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
    """
    seen: dict[Any, Node] = {}

    def step(node: Node) -> tuple[SymbolicTensor, ...] | None:
        if not node.op.effects.pure or node.op is PLACEHOLDER or not node.outputs:
            return None
        try:
            known = seen.setdefault(_key(node), node)
        except TypeError:  # an attribute that cannot be compared
            return None
        return None if known is node else known.outputs

    rewrite(graph, step)


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
