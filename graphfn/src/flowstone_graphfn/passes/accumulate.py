"""Sums of lists of which one has a single element: that element is added where it belongs."""

from __future__ import annotations

from flowstone_core.ops.array import SHAPE
from flowstone_core.ops.math import ADD_N, ADD_V2
from flowstone_core.ops.tensor_list import TENSOR_LIST_GET_ITEM, TENSOR_LIST_RESERVE, TENSOR_LIST_SET_ITEM

from flowstone_graphfn.graph import Graph, Node
from flowstone_graphfn.passes.base import added, rewrite
from flowstone_graphfn.symbolic import SymbolicTensor


def accumulate(graph: Graph) -> None:
    """Add an element to an element of a list, instead of a whole list that holds nothing else to the list.

    Before (a read of a ``TensorArray`` of ``n`` elements on the way back)::

        e = TensorListSetItem(TensorListReserve(s, n), i, dy)
        d2 = AddN([d, e])

    After::

        old = TensorListGetItem(d, i, Shape(dy))
        d2 = TensorListSetItem(d, i, AddV2(old, dy))
    """

    def step(node: Node) -> list[SymbolicTensor] | None:
        if node.op is not ADD_N or len(node.inputs[0]) != 2:
            return None
        whole, other = node.inputs[0]
        if not _has_one_element(other):
            return None
        _, place, item = other.node.inputs
        shape = added(graph, node, SHAPE, item)
        old = added(graph, node, TENSOR_LIST_GET_ITEM, whole, place, shape, element_dtype=item.dtype)
        total = added(graph, node, ADD_V2, old, item)
        return [added(graph, node, TENSOR_LIST_SET_ITEM, whole, place, total)]

    rewrite(graph, step)


def _has_one_element(tensor: SymbolicTensor) -> bool:
    """Whether a list was made with one element and blanks."""
    node = tensor.node
    if node.op is not TENSOR_LIST_SET_ITEM or node.attrs["resize_if_index_out_of_bounds"]:
        return False
    made: Node = node.inputs[0].node
    return made.op is TENSOR_LIST_RESERVE and not node.inputs[2].dtype.is_handle
