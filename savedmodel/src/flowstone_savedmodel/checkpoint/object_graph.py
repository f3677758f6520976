"""The object graph as a checkpoint stores it: numbered nodes, edges with names, keys of values.

Nodes are numbered breadth first from the root. A value's key is the shortest path of names to its object, as in
``model/layer/kernel/.ATTRIBUTES/VARIABLE_VALUE``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowstone_core.trackable import Trackable, identity
from flowstone_protos.trackable_object_graph_pb2 import TrackableObjectGraph

OBJECT_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
VARIABLE_VALUE = "VARIABLE_VALUE"
_ATTRIBUTES = ".ATTRIBUTES"

Proto = TrackableObjectGraph.TrackableObject


@dataclass(frozen=True)
class View:
    """What is saved or restored: a root object, and children attached to it from outside.

    ``Checkpoint(root, **children)`` numbers ``root`` first and hangs the named children below it.
    """

    root: Trackable
    attached: Mapping[str, Any] = field(default_factory=dict)

    def children(self, node: Trackable) -> dict[str, Trackable]:
        """The trackable objects directly below *node*, by name."""
        children = node._trackable_children()
        return {**children, **self.attached} if node is self.root else children


@dataclass(frozen=True)
class Node:
    """One object of the graph.

    Attributes:
        trackable: The object.
        path: The names that lead to it from the root.
        children: The number of the node behind each name.
    """

    trackable: Trackable
    path: tuple[str, ...]
    children: dict[str, int] = field(default_factory=dict)


def list_nodes(view: View) -> list[Node]:
    """The nodes reachable from the root, in the order of their numbers."""
    nodes = [Node(view.root, ())]
    numbers = {identity(view.root): 0}
    for node in nodes:  # grows while it is walked: that is what makes the order breadth first
        for name, child in view.children(node.trackable).items():
            key = identity(child)
            if key not in numbers:
                numbers[key] = len(nodes)
                nodes.append(Node(child, (*node.path, name)))
            node.children[name] = numbers[key]
    return nodes


def escape(name: str) -> str:
    """A local name as it stands in a key: ``/`` separates names, ``.`` introduces what is no name.

    >>> escape("a/b.c")
    'a.Sb..c'
    """
    return name.replace(".", "..").replace("/", ".S")


def checkpoint_key(path: Sequence[str], attribute: str) -> str:
    """Where the value *attribute* of the object at *path* is stored.

    >>> checkpoint_key(["layer", "kernel"], "VARIABLE_VALUE")
    'layer/kernel/.ATTRIBUTES/VARIABLE_VALUE'
    """
    return "/".join([*map(escape, path), _ATTRIBUTES, escape(attribute)])


def full_name(trackable: Trackable, attribute: str) -> str:
    """A variable's own name, for checkpoints that are read by name; other values have none."""
    name = getattr(trackable, "name", None)
    return name.removesuffix(":0") if attribute == VARIABLE_VALUE and isinstance(name, str) else ""


def encode_graph(nodes: Sequence[Node], attributes: Sequence[Sequence[str]]) -> TrackableObjectGraph:
    """The message that describes *nodes*.

    Args:
        nodes: What :func:`list_nodes` gave.
        attributes: The names of each node's own values.
    """
    graph = TrackableObjectGraph()
    for node, names in zip(nodes, attributes, strict=True):
        proto = graph.nodes.add()
        for name, number in node.children.items():
            proto.children.add(node_id=number, local_name=name)
        for name in names:
            proto.attributes.add(
                name=name,
                full_name=full_name(node.trackable, name),
                checkpoint_key=checkpoint_key(node.path, name),
            )
    for number in holding_values(graph):
        graph.nodes[number].has_checkpoint_values.value = True
    return graph


def holding_values(graph: TrackableObjectGraph) -> set[int]:
    """The numbers of the nodes that have values themselves or somewhere below."""
    parents: dict[int, list[int]] = {}
    for number, node in enumerate(graph.nodes):
        for child in node.children:
            parents.setdefault(child.node_id, []).append(number)
    found: set[int] = set()
    stack = [number for number, node in enumerate(graph.nodes) if node.attributes]
    while stack:
        number = stack.pop()
        if number not in found:
            found.add(number)
            stack.extend(parents.get(number, ()))
    return found


def node_names(graph: TrackableObjectGraph) -> list[str]:
    """A readable path for each node of a saved graph: ``(root).model.layer``."""
    names = [""] * len(graph.nodes)
    names[0] = "(root)"
    order = [0]
    for number in order:
        for child in graph.nodes[number].children:
            if not names[child.node_id]:
                names[child.node_id] = f"{names[number]}.{child.local_name}"
                order.append(child.node_id)
    return names
