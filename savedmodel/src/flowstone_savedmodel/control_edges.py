"""Control edges: the order of a graph's effects, as edges between nodes that have them.

A graph of flowstone runs its nodes with effects in the order of the program. TensorFlow runs a node as soon as
its inputs are there, so on export the order becomes edges: between what writes a resource and what reads or
writes it next, and from each op that touches the world outside to the next one.
"""

from __future__ import annotations

from collections.abc import Iterable

from flowstone_graphfn.graph import Node
from flowstone_graphfn.symbolic import SymbolicTensor

_FORWARDING = {"Identity", "StopGradient"}


class _Resource:
    """Who touched one resource so far: the last node that wrote, and those that have read since."""

    def __init__(self) -> None:
        self.writer: Node | None = None
        self.readers: list[Node] = []


def control_edges(nodes: Iterable[Node]) -> dict[int, list[Node]]:
    """For the ``id`` of each node, the nodes that must have run before it besides those that feed it."""
    resources: dict[int, _Resource] = {}
    last_of_world: Node | None = None
    edges: dict[int, list[Node]] = {}
    for node in nodes:
        reads, writes = _touched(node)
        before: dict[int, Node] = {}
        for key in reads:
            resource = resources.setdefault(key, _Resource())
            if resource.writer is not None:
                before[id(resource.writer)] = resource.writer
            resource.readers.append(node)
        for key in writes:
            resource = resources.setdefault(key, _Resource())
            if resource.writer is not None:
                before[id(resource.writer)] = resource.writer
            before.update((id(reader), reader) for reader in resource.readers)
            resource.writer, resource.readers = node, []
        if node.op.effects.world:
            if last_of_world is not None:
                before[id(last_of_world)] = last_of_world
            last_of_world = node
        before.pop(id(node), None)
        edges[id(node)] = list(before.values())
    return edges


def must_run(node: Node) -> bool:
    """Whether *node* has a place in the order of effects, so that a call of its graph ends only after it.

    Nodes that only read count: what writes after the call must not overtake them.
    """
    return not node.op.effects.pure


def _touched(node: Node) -> tuple[list[int], list[int]]:
    """The resources that *node* reads, and those that it writes (and perhaps reads)."""
    effects = node.op.effects
    if effects.world:  # a call may do anything to what it gets
        return [], [_key(tensor) for tensor in node.flat_inputs() if tensor.dtype.is_handle]
    writes = [_key(tensor) for index in effects.writes for tensor in _tensors(node.inputs[index])]
    reads = [_key(tensor) for index in effects.reads for tensor in _tensors(node.inputs[index])]
    return [key for key in reads if key not in writes], writes


def _tensors(value: SymbolicTensor | tuple[SymbolicTensor, ...]) -> tuple[SymbolicTensor, ...]:
    return value if isinstance(value, tuple) else (value,)


def _key(handle: SymbolicTensor) -> int:
    """What identifies the resource behind a handle: the tensor that it came from."""
    while handle.node.op.name in _FORWARDING:
        handle = handle.node.inputs[0]
    return id(handle)
