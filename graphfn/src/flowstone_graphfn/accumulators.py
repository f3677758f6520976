"""How plans write loops that add slices to a tensor: into one array, which the loop owns.

The way back through a loop that takes ``x[i]`` adds a gradient that is zero but for one row to a loop variable, in
each iteration. Where nothing else looks at the variable, only the row is added, in place, so that the whole costs
time linear in the number of iterations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_core.errors import SpecError
from flowstone_core.kernels import indexing
from flowstone_core.ops.indexing import STRIDED_SLICE_GRAD
from flowstone_core.ops.math import ADD_V2
from flowstone_core.shapes import TensorShape
from flowstone_core.slicing import Masks, index_of

from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.symbolic import SymbolicTensor
from flowstone_graphfn.syntax import OPERATOR_TYPES
from flowstone_graphfn.writer import Writer, kernel_of


def claimed(graph: Graph) -> set[int]:
    """The additions (by identity) that are written here if the graph is the body of a loop."""
    if len(graph.inputs) != len(graph.outputs) or all(node.op is not STRIDED_SLICE_GRAD for node in graph.nodes):
        return set()
    return {id(node) for index in range(len(graph.inputs)) for node in sums_of(graph, index)}


def sums_of(body: Graph, index: int) -> list[Node]:
    """The additions of slices that are all that a loop's body does to one of its variables; empty if it does more."""
    given, tensor = body.inputs[index], body.outputs[index]
    if tensor is given or given.dtype not in OPERATOR_TYPES or not _is_known(tensor):
        return []
    found: list[Node] = []
    while tensor is not given:
        node = tensor.node
        if not _adds_a_slice(node) or _times_used(body, tensor) != 1 or _times_used(body, node.inputs[1]) != 1:
            return []
        found.append(node)
        tensor = node.inputs[0]
    return found if _times_used(body, given) == 1 else []


def _adds_a_slice(node: Node) -> bool:
    if node.op is not ADD_V2:
        return False
    whole, part = node.inputs
    shape = node.outputs[0]._spec.shape
    return (
        part.node.op is STRIDED_SLICE_GRAD
        and whole._spec.shape == shape == part._spec.shape
        and kernel_of(node) is np.add
        and kernel_of(part.node) is indexing.strided_slice_grad
    )


def _is_known(tensor: SymbolicTensor) -> bool:
    shape = tensor._spec.shape
    return bool(shape) and None not in shape  # type: ignore[operator]


def _times_used(graph: Graph, tensor: SymbolicTensor) -> int:
    """How often a tensor is an operand or a result."""
    taken = sum(other is tensor for node in graph.nodes for other in node.flat_inputs())
    return taken + sum(other is tensor for other in graph.outputs)


def slices(writer: Writer, node: Node) -> None:
    """A slice among zeros: not made where only its slice is added."""
    if id(node) not in writer.in_place:
        writer.write_kernel(node)


def addition(writer: Writer, node: Node) -> None:
    """An addition of a slice to the array of a loop variable: in place."""
    if id(node) not in writer.in_place:
        return writer.write_kernel(node)
    whole, part = node.inputs
    name = writer.array(whole)
    operands = tuple(map(writer.array, part.node.inputs[1:]))
    add = writer.constant(_adder(part.node.attrs))
    writer.write(f"{add}({name}, {', '.join(operands)})", node, (name, None))
    writer.forms.array[id(node.outputs[0])] = name
    return None


def _adder(attrs: dict[str, int]) -> Callable[..., None]:
    masks = Masks(**attrs)

    def add(whole: Any, begin: Any, end: Any, strides: Any, dy: Any) -> None:
        place = whole[index_of(whole.shape, begin, end, strides, masks)]
        if place.shape != dy.shape:
            raise SpecError(
                f"StridedSliceGrad: dy has shape {TensorShape(dy.shape)}, the slice {TensorShape(place.shape)}."
            )
        place += dy

    return add


Writer.native.update({ADD_V2.name: addition, STRIDED_SLICE_GRAD.name: slices})
Writer.claims.append(claimed)
