"""Which large temporaries of a plan share memory: an op writes its result where a value lay that is not used any more.

Only values that the plan itself made with ops that always make new arrays, and that only such ops take, are written
over: no view of them, no variable, no tape and no result of the function can hold them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from flowstone_core.errors import KernelNotFoundError
from flowstone_core.kernels import linalg

from flowstone_graphfn.compilers import Compiled
from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.syntax import OPERATOR_TYPES

REDUCTIONS = frozenset({"Sum", "Mean", "Prod", "Max", "Min", "All", "Any"})
"""Ops that take each element into account; where that makes fewer elements, they are new ones."""

LARGE = 1024
"""Values of more elements than this (or of unknown size) are let go after their last use, or written over."""

Key = tuple[tuple[int, ...], Any]
"""The shape and type of an array."""


class Buffers:
    """The arrays of one graph's temporaries while its lines are written.

    Args:
        graph: The graph.
        items: What is executed of it, in order.
        dying: For each item (by identity) the large tensors that it is the last to use.
        consumers: What takes a tensor, by its identity.
        kernel_of: The kernel of a node.
    """

    def __init__(
        self,
        graph: Graph,
        items: Sequence[Node | Compiled],
        dying: Mapping[int, Sequence[SymbolicTensor]],
        consumers: Mapping[int, Sequence[Node | Compiled]],
        kernel_of: Callable[[Node], Any],
    ) -> None:
        self._dying = dying
        self._kernels: dict[int, Any] = {}
        self._free: dict[Key, list[str]] = {}
        self._wanted: dict[Key, int] = {}
        self._owned: set[int] = set()
        self._taken: set[int] = set()
        for item in items:
            if isinstance(item, Node):
                self._kernels[id(item)] = _kernel(item, kernel_of)
        results = set(map(id, graph.outputs))
        for item in items:
            if not isinstance(item, Node):
                continue
            for tensor in dying.get(id(item), ()):
                if id(tensor) not in results and self._may_own(tensor, consumers.get(id(tensor), ())):
                    self._owned.add(id(tensor))
            if (key := self._key(item)) is not None:
                self._wanted[key] = self._wanted.get(key, 0) + 1

    def _may_own(self, tensor: SymbolicTensor, consumers: Sequence[Node | Compiled]) -> bool:
        """Whether a tensor is made anew, and nothing that takes it keeps it or makes a view of it."""
        return (
            _size(tensor) is not None
            and tensor.dtype in OPERATOR_TYPES
            and _makes_anew(self._kernels.get(id(tensor.node)))
            and all(isinstance(item, Node) and self._lets_go(item, tensor) for item in consumers)
        )

    def _lets_go(self, node: Node, tensor: SymbolicTensor) -> bool:
        if _makes_anew(self._kernels[id(node)]):
            return True
        size = _size(node.outputs[0]) if node.op.name in REDUCTIONS else None
        whole = _size(tensor)
        return size is not None and whole is not None and size < whole

    def _key(self, node: Node) -> Key | None:
        """The kind of array that a node can write its result into; None if it cannot, or does not need to."""
        if not isinstance(self._kernels.get(id(node)), np.ufunc) or len(node.outputs) != 1 or node.attrs:
            return None
        (output,) = node.outputs
        shape = output._spec.shape
        if not _is_large(output) or shape is None or output.dtype not in OPERATOR_TYPES:
            return None
        return tuple(size or 0 for size in shape), output.dtype

    def take(self, node: Node, name_of: Callable[[SymbolicTensor], str | None]) -> str | None:
        """The name of an array that ``node`` may write its result into, if there is one."""
        key = self._key(node)
        if key is None:
            return None
        self._wanted[key] -= 1
        for tensor in self._dying.get(id(node), ()):
            if id(tensor) in self._owned and _key_of(tensor) == key and (name := name_of(tensor)) is not None:
                self._taken.add(id(tensor))  # its array lives on as the result's
                return name
        free = self._free.get(key)
        return free.pop() if free else None

    def keep(self, tensor: SymbolicTensor, name: str | None) -> bool:
        """Whether the array of a tensor that is not used any more, known as ``name``, lives on."""
        key = _key_of(tensor)
        if id(tensor) in self._taken:
            return True
        if id(tensor) not in self._owned or key is None or name is None:
            return False
        free = self._free.setdefault(key, [])
        if len(free) >= self._wanted.get(key, 0):
            return False
        free.append(name)
        return True


def _is_large(tensor: SymbolicTensor) -> bool:
    size = _size(tensor)
    return size is not None and size > LARGE


def _size(tensor: SymbolicTensor) -> int | None:
    """The number of elements, if it is known."""
    shape = tensor._spec.shape
    if shape is None or None in shape:
        return None
    return math.prod(size or 0 for size in shape)


def _key_of(tensor: SymbolicTensor) -> Key | None:
    shape = tensor._spec.shape
    return None if shape is None or None in shape else (tuple(size or 0 for size in shape), tensor.dtype)


def _kernel(node: Node, kernel_of: Callable[[Node], Any]) -> Any:
    try:
        return kernel_of(node)
    except KernelNotFoundError:  # a node that is written in its own way, or whose error comes when it runs
        return None


def _makes_anew(kernel: Any) -> bool:
    """Whether a kernel always makes a new array and keeps none of its operands."""
    return isinstance(kernel, np.ufunc) or kernel is linalg.matmul
