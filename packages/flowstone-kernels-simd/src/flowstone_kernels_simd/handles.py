"""Variables and lists at the border of a part: which variables it writes, and lists as arrays and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from flowstone_core import dtypes
from flowstone_core.ops.control import PLACEHOLDER
from flowstone_core.tensor_list import TensorList
from flowstone_graphfn.graph import Node
from flowstone_graphfn.symbolic import SymbolicTensor

_WRITES = ("AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp")
BODIES = ("body", "cond", "then_branch", "else_branch")
"""The attributes that hold the bodies of branches and loops."""


def written(nodes: Iterable[Node]) -> set[int]:
    """The variables (by the identity of their tensors) that nodes write, or the branches and loops among them."""
    found: set[int] = set()
    for node in nodes:
        if node.op.name in _WRITES:
            found.add(id(node.inputs[0]))
        for name in BODIES:
            if name in node.attrs:
                graph = node.attrs[name].optimized().graph
                inside = written(graph.nodes)
                operands = node.inputs[-1]
                found.update(id(given) for given, own in zip(operands, graph.inputs, strict=True) if id(own) in inside)
    return found


def from_outside(node: Node) -> bool:
    """Whether a node works on a single element of a list that the function was given: Python is as fast."""
    while node.op.name.startswith("TensorList") and node.inputs and node.flat_inputs()[0].dtype is dtypes.variant:
        node = node.flat_inputs()[0].node
        if node.op is PLACEHOLDER:
            return True
    return False


class PackedList(TensorList):
    """A list whose items are the first ones of an array."""

    __slots__ = ("array",)

    def __init__(self, array: Any, dtype: Any, shape: Any) -> None:
        super().__init__([array[index, ...] for index in range(len(array))], dtype, shape)
        self.array = array


def pack(given: TensorList) -> Any:
    """A list as one array; None if it has no items, or of several shapes."""
    if isinstance(given, PackedList):
        return given.array
    items = given.items
    if not items or any(item is None or item.shape != items[0].shape for item in items):
        return None
    return np.stack(items)


def unpack(tensors: Sequence[SymbolicTensor], arrays: Sequence[Any]) -> list[Any]:
    """The results of a program: of a list, an array and the number of its items are one ``TensorList``."""
    left = iter(arrays)
    return [_list(tensor, next(left), next(left)) if _is_list(tensor) else next(left) for tensor in tensors]


def _is_list(tensor: SymbolicTensor) -> bool:
    return tensor.dtype is dtypes.variant


def _list(tensor: SymbolicTensor, array: Any, count: Any) -> TensorList:
    (spec,) = tensor._spec.handle
    if int(count) > len(array):  # all the same
        return TensorList([array[0, ...]] * int(count), spec.dtype, spec.shape)
    return PackedList(array[: int(count)], spec.dtype, spec.shape)


__all__ = ["PackedList", "from_outside", "pack", "unpack", "written"]
