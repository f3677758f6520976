"""Captured tensors that are small: they are constants, for a tensor never changes."""

from __future__ import annotations

import numpy as np
from flowstone_core.tensor import EagerTensor

from flowstone_graphfn.graph import Graph
from flowstone_graphfn.passes.base import redirect
from flowstone_graphfn.symbolic import SymbolicTensor

LARGEST = 128
"""Captures of more elements stay inputs."""


def sink_captures(graph: Graph) -> None:
    """Let nodes take small captured tensors as constants, which other passes can fold; the inputs stay, unused.

    Before::

        y = Sum(x, capture)                 capture: the tensor [0, 1]

    After::

        y = Sum(x, [0, 1])
    """
    replaced: dict[int, SymbolicTensor] = {}
    present, graph.nodes = graph.nodes, []
    for outer, inner in graph.captures:
        if type(outer) is EagerTensor and _is_small(outer):
            replaced[id(inner)] = graph.add_const(outer, inner.node.name)
    for node in present:
        redirect(node, replaced)
    graph.nodes += present


def _is_small(tensor: EagerTensor) -> bool:
    array = tensor._array
    return not tensor.dtype.is_handle and isinstance(array, np.ndarray) and array.size <= LARGEST
