"""Constant folding: what is known before the function runs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flowstone_autodiff.recorder import flat
from flowstone_core import dtypes
from flowstone_core.interpreter import running_under
from flowstone_core.op import execute
from flowstone_core.ops.control import CONST, PLACEHOLDER
from flowstone_core.ops.filling import ONES_LIKE, ZEROS_LIKE
from flowstone_core.tensor import EagerTensor

from flowstone_graphfn.graph import Graph, Node, map_inputs
from flowstone_graphfn.passes.base import rewrite
from flowstone_graphfn.symbolic import SymbolicTensor

LARGEST = 65536
"""Results of more bytes are computed at each call."""


def fold(graph: Graph) -> None:
    """Compute pure nodes whose operands are constants, and those whose values shape inference knows.

    Before::

        s = Shape(x)                        x: float32(2, 3)
        n = Prod(s)
        y = Mul(Cast(n), z)

    After::

        y = Mul(6.0, z)

    Zeros and ones that only have the shape of something are known with that shape.
    """

    def step(node: Node) -> list[SymbolicTensor] | None:
        if node.op in (CONST, PLACEHOLDER) or not node.outputs or not node.op.effects.pure:
            return None
        values = _known(node) or _filled(node) or _computed(node)
        if values is None:
            return None
        return [graph.add_const(value, node.name, node.mark) for value in values]

    rewrite(graph, step)


def _known(node: Node) -> list[EagerTensor] | None:
    """The outputs, if specs know their values."""
    found = []
    for tensor in node.outputs:
        spec = tensor._spec
        value = spec.value
        if value is None or spec.dtype.is_handle or not _complete(value):
            return None
        found.append(EagerTensor(np.array(value, spec.dtype.numpy_dtype), spec.dtype))
    return found


def _filled(node: Node) -> list[EagerTensor] | None:
    """The zeros or ones of a ``ZerosLike`` or ``OnesLike`` node, if they are small."""
    number = _FILLERS.get(node.op)
    spec = node.outputs[0]._spec
    if number is None or not _is_small(node) or spec.dtype is dtypes.string:
        return None
    return [EagerTensor(np.full(spec.shape, number, spec.dtype.numpy_dtype), spec.dtype)]


_FILLERS = {ZEROS_LIKE: 0, ONES_LIKE: 1}


def _complete(value: Any) -> bool:
    """Whether a value has no unknown entries."""
    return all(map(_complete, value)) if isinstance(value, tuple) else value is not None


def _computed(node: Node) -> list[EagerTensor] | None:
    """The outputs, if all inputs are constants and their computation is small and succeeds."""
    operands = node.flat_inputs()
    if not operands or any(tensor.node.op is not CONST for tensor in operands) or not _is_small(node):
        return None
    inputs = map_inputs(lambda tensor: tensor.node.attrs["value"], node.inputs)
    try:
        with running_under(None):
            result: Any = execute(node.op, inputs, node.attrs)
    except Exception:  # noqa: BLE001 - it fails again, with the user's line, when the function runs
        return None
    values = flat(result)
    if any(tensor.dtype.is_handle or tensor._array.nbytes > LARGEST for tensor in values):
        return None
    return values


def _is_small(node: Node) -> bool:
    """Whether the outputs are known to be small."""
    for tensor in node.outputs:
        shape = tensor._spec.shape
        if shape is None or None in shape or tensor.dtype.is_handle:
            return False
        if math.prod(size for size in shape if size is not None) * 8 > LARGEST:
            return False
    return True
