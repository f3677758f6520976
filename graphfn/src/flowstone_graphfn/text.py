"""Graphs as text, for people: one line a node, bodies of branches and loops below.

::

    f(x: float32(2, 3), w: resource) -> float32(2, 3)
      Read = ReadVariableOp(w)                # float32(3)          model.py:12
      mul = Mul(x, Read)                      # float32(2, 3)       model.py:12
      return mul
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from flowstone_core.ops.control import CONST, PLACEHOLDER
from flowstone_core.spec import Spec
from flowstone_core.tensor import EagerTensor

from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.graph_function import GraphFunction
from flowstone_graphfn.symbolic import SymbolicTensor

WIDTH = 56
"""Where the remarks begin."""

_IMPLIED = frozenset({"output_shapes", "Tout", "then_branch", "else_branch", "branches", "cond", "body"})
"""Attributes that are not shown: what the outputs, and the bodies below, say."""

SMALL = 8
"""Constants of more elements are shown by type and shape."""


def graph_text(graph: Graph, remarks: Mapping[str, str] | None = None) -> str:
    """A graph as text.

    Args:
        graph: The graph.
        remarks: What to say of nodes, by their names, besides what is known of their outputs and where the user made
            them.
    """
    return "\n".join(_lines(graph, remarks or {}, graph.name))


def describe(function: GraphFunction) -> str:
    """A function as it was traced and after the optimizer, and who executes which nodes, or why nobody but kernels."""
    plan = function.plan
    remarks = {name: f"kernel ({reason})" for name, reason in plan.reasons.items()}
    for compiled in plan.compiled:
        note = f" ({compiled.executable.note})" if compiled.executable.note else ""
        remarks.update((node.name, f"compiled by {compiled.provider}{note}") for node in compiled.part.nodes)
    traced, optimized = graph_text(function.graph), graph_text(function.optimized().graph, remarks)
    return f"As traced:\n\n{traced}\n\nAfter the optimizer:\n\n{optimized}"


def signature_text(graph: Graph) -> str:
    """The arguments and results of a graph."""
    arguments = ", ".join(f"{tensor.node.name}: {spec_text(tensor._spec)}" for tensor in graph.inputs)
    results = ", ".join(spec_text(tensor._spec) for tensor in graph.outputs)
    return f"({arguments}) -> {results or 'None'}"


def spec_text(spec: Spec) -> str:
    """The type and shape of a value: ``float32(2, ?)``."""
    if spec.dtype.is_handle:
        held = spec.handle[0] if spec.handle else None
        return spec.dtype.name if held is None else f"{spec.dtype.name}[{spec_text(held)}]"
    sizes = "..." if spec.shape is None else ", ".join("?" if size is None else str(size) for size in spec.shape)
    return f"{spec.dtype.name}({sizes})"


def node_text(node: Node) -> str:
    """What a node computes: ``mul = Mul(x, y)``."""
    inputs = [f"[{', '.join(map(_use, value))}]" if type(value) is tuple else _use(value) for value in node.inputs]
    attrs = [
        f"{name}={_attr(value)}"
        for name, value in node.attrs.items()
        if name not in _IMPLIED and (name in node.op._required or value != node.op._defaults.get(name))
    ]
    return f"{node.name} = {node.op.name}({', '.join([*inputs, *attrs])})"


def _lines(graph: Graph, remarks: Mapping[str, str], name: str) -> Iterator[str]:
    yield f"{name}{signature_text(graph)}"
    inner: list[tuple[str, GraphFunction]] = []
    for node in graph.nodes:
        if node.op is PLACEHOLDER or (node.op is CONST and is_small(node)):
            continue
        made = ", ".join(spec_text(tensor._spec) for tensor in node.outputs)
        parts = [part for part in (made, place_text(node), remarks.get(node.name, "")) if part]
        yield f"  {node_text(node):{WIDTH}}  # {'  '.join(parts)}".rstrip(" #")
        inner += [(f"{node.name}.{key}", function) for key, function in functions_of(node)]
    yield f"  return {', '.join(map(_use, graph.outputs))}".rstrip()
    for label, function in inner:
        yield ""
        yield from ("  " + line for line in _lines(function.graph, remarks, label))


def functions_of(node: Node) -> list[tuple[str, GraphFunction]]:
    """The functions in a node's attributes, with the attributes' names."""
    found: list[tuple[str, GraphFunction]] = []
    for key, value in node.attrs.items():
        if isinstance(value, GraphFunction):
            found.append((key, value))
        elif isinstance(value, tuple):
            found += [(f"{key}[{i}]", each) for i, each in enumerate(value) if isinstance(each, GraphFunction)]
    return found


def _use(tensor: SymbolicTensor) -> str:
    node = tensor.node
    if node.op is CONST and is_small(node):
        return _value(node.attrs["value"])
    return node.name if tensor.index == 0 else f"{node.name}:{tensor.index}"


def is_small(node: Node) -> bool:
    """Whether a ``Const`` node is shown by its value, where it is used."""
    array = node.attrs["value"]._array
    return isinstance(array, np.ndarray) and array.size <= SMALL


def _value(tensor: EagerTensor) -> str:
    array = tensor._array
    if not isinstance(array, np.ndarray) or array.size > SMALL:
        return spec_text(tensor.spec)
    return np.array2string(array, separator=", ").replace("\n", "")


def _attr(value: Any) -> str:
    if isinstance(value, GraphFunction):
        return value.name
    if isinstance(value, EagerTensor):
        return _value(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_attr, value))}]"
    return str(getattr(value, "name", value))


def place_text(node: Node) -> str:
    """The line of the user's program that made a node: ``model.py:12``."""
    location = node.location
    return "" if location is None else f"{Path(location.file).name}:{location.line}"
