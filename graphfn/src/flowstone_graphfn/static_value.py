"""What is known of the values of a graph's tensors before the graph runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flowstone_core.interpreter import running_under
from flowstone_core.op import execute
from flowstone_core.ops.control import CONST
from flowstone_core.tensor import EagerTensor

if TYPE_CHECKING:
    from flowstone_graphfn.graph import Node

_SIMPLE = frozenset(
    """
    Cast CheckNumericsV2 Concat ConcatV2 Equal Fill Identity NotEqual Pack Range Split StopGradient Unpack
    """.split()
)
"""The ops that TensorFlow's ``get_static_value`` computes."""

_OF_SHAPES = frozenset({"Shape", "Size", "Rank"})


def static_value(node: Node, index: int, partial: bool = False) -> Any:
    """The value of an output of ``node`` as numpy has it, or None if it is not known.

    Args:
        node: The node.
        index: Which of its outputs.
        partial: Whether a stack of scalars may be known in part: an array of objects.
    """
    if node.op.name == "Pack" and partial and node.attrs["axis"] == 0:
        items = [tensor.static_value() for tensor in node.flat_inputs()]
        if any(item is None for item in items) and all(tensor.shape.rank == 0 for tensor in node.flat_inputs()):
            return np.array(items, dtype=object)
    found = _computed(node, index)
    return None if found is None or found.dtype.is_handle else found.numpy()


def _computed(node: Node, index: int) -> EagerTensor | None:
    if node.op is CONST:
        return node.attrs["value"]
    spec = node.outputs[index].spec
    if node.op.name in _OF_SHAPES and spec.value is not None:
        value = np.array(spec.value, dtype=object)
        return None if None in value.reshape(-1) else EagerTensor(value.astype(spec.dtype.numpy_dtype), spec.dtype)
    if node.op.name not in _SIMPLE:
        return None
    inputs = [
        tuple(_computed(item.node, item.index) for item in value)
        if type(value) is tuple
        else _computed(value.node, value.index)
        for value in node.inputs
    ]
    if any(value is None or (type(value) is tuple and None in map(_present, value)) for value in inputs):
        return None
    with running_under(None):
        result = execute(node.op, tuple(inputs), node.attrs)
    outputs = result if isinstance(result, (list, tuple)) else [result]
    return outputs[index]


def _present(value: EagerTensor | None) -> bool | None:
    return None if value is None else True
