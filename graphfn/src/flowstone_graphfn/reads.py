"""How plans write reads of variables: without letting the buffer escape, where nobody keeps it.

A variable whose buffer has not escaped is updated in place. A read lets it escape unless everything that takes the
value computes something new from it, and does so before anything can change the variable.
"""

from __future__ import annotations

import numpy as np
from flowstone_core.kernels import linalg, state

from flowstone_graphfn.compilers import Compiled, changes_state
from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.writer import Writer, is_scalar, kernel_of


def read(writer: Writer, node: Node) -> None:
    """``ReadVariableOp`` as a call of the variable's own method."""
    if kernel_of(node) is not state.read:
        return writer.write_kernel(node)
    handle = writer.array(node.inputs[0])
    (output,) = node.outputs
    method = "peek" if stays_inside(writer, writer.graph, node) else "read"
    name = writer.local()
    writer.write(f"{name} = {handle}.{method}()", node, (handle,))
    if is_scalar(output):
        value = writer.local()
        writer.write(f"{value} = {name}[()]")
        writer.forms.scalar[id(output)] = value
    writer.forms.array[id(output)] = name
    return None


def stays_inside(writer: Writer, graph: Graph, node: Node) -> bool:
    """Whether what ``node`` reads is used up, by ops that keep nothing of it, before anything can change it."""
    (output,) = node.outputs
    if any(tensor is output for tensor in graph.outputs):
        return False
    consumers = {id(consumer) for consumer in writer.uses_of(graph).consumers.get(id(output), ())}
    found = False
    for other in writer.needed(graph):
        if not found:
            found = other is node
        elif id(other) in consumers:
            if isinstance(other, Compiled) or not makes_anew(other):
                return False
            consumers.discard(id(other))
        if found and changes_state(other):
            break
    return not consumers


def makes_anew(node: Node) -> bool:
    """Whether a node's kernel always makes a new array and keeps none of its operands."""
    kernel = kernel_of(node)
    return isinstance(kernel, np.ufunc) or kernel is linalg.matmul


Writer.native["ReadVariableOp"] = read
