"""Gradients of ``flowstone_core.ops.tensor_list``: the gradient of a list is a list of the elements' gradients."""

from __future__ import annotations

from typing import Any

from flowstone_core.dtypes import int32
from flowstone_core.ops import tensor_list as ops
from flowstone_core.ops.array import shape
from flowstone_core.ops.filling import zeros_like
from flowstone_core.ops.joining import concat
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import Call, gradient, not_differentiable
from flowstone_autodiff.static import dims

not_differentiable(
    ops.EMPTY_TENSOR_LIST,
    ops.TENSOR_LIST_CONCAT_LISTS,
    ops.TENSOR_LIST_ELEMENT_SHAPE,
    ops.TENSOR_LIST_LENGTH,
    ops.TENSOR_LIST_PUSH_BACK_BATCH,
    ops.TENSOR_LIST_RESERVE,
)


def _element_shape(handle: Tensor) -> Any:
    return ops.TENSOR_LIST_ELEMENT_SHAPE(handle, shape_type=int32)


def _rows(tensor: Tensor) -> Any:
    """The shape of one row."""
    return shape(tensor)[1:]


# -- making --------------------------------------------------------------------------------------------------------


@gradient(ops.TENSOR_LIST_FROM_TENSOR)
def from_tensor_gradient(call: Call, d_list: Tensor) -> tuple[Any, None]:
    """The rows' gradients, stacked."""
    tensor = call.inputs[0]
    known = dims(tensor)
    count = known[0] if known else None
    stacked = ops.TENSOR_LIST_STACK(
        d_list, _rows(tensor), element_dtype=tensor.dtype, num_elements=-1 if count is None else count
    )
    return stacked, None


@gradient(ops.TENSOR_LIST_SPLIT)
def split_gradient(call: Call, d_list: Tensor) -> tuple[Any, None, None]:
    """The parts' gradients, joined."""
    tensor, _, lengths = call.inputs
    part = concat([[-1], _rows(tensor)], 0)
    whole = ops.TENSOR_LIST_CONCAT_V2(d_list, part, lengths, element_dtype=tensor.dtype)
    return whole[0], None, None


@gradient(ops.TENSOR_LIST_SCATTER, ops.TENSOR_LIST_SCATTER_V2)
def scatter_gradient(call: Call, d_list: Tensor) -> tuple[Any, ...]:
    """Each row gets the gradient of its element."""
    tensor, indices = call.inputs[:2]
    gathered = ops.TENSOR_LIST_GATHER(d_list, indices, _rows(tensor), element_dtype=tensor.dtype)
    return gathered, *(None for _ in call.inputs[1:])


# -- changing ------------------------------------------------------------------------------------------------------


@gradient(ops.TENSOR_LIST_SET_ITEM)
def set_item_gradient(call: Call, d_list: Tensor) -> tuple[Any, None, Any]:
    """The item gets its element's gradient, the list all others."""
    handle, index, item = call.inputs
    by_item = ops.TENSOR_LIST_GET_ITEM(d_list, index, shape(item), element_dtype=item.dtype)
    by_list = ops.TENSOR_LIST_SET_ITEM(d_list, index, zeros_like(item))
    if call.attrs["resize_if_index_out_of_bounds"]:
        by_list = ops.TENSOR_LIST_RESIZE(by_list, ops.TENSOR_LIST_LENGTH(handle))
    return by_list, None, by_item


@gradient(ops.TENSOR_LIST_PUSH_BACK)
def push_back_gradient(call: Call, d_list: Tensor) -> tuple[Any, Any]:
    """The last gradient is the item's, the others the list's."""
    item = call.inputs[1]
    by_list, by_item = ops.TENSOR_LIST_POP_BACK(d_list, shape(item), element_dtype=item.dtype)
    return by_list, by_item


@gradient(ops.TENSOR_LIST_POP_BACK, missing=True)
def pop_back_gradient(call: Call, d_list: Any, d_item: Any) -> tuple[Any, None]:
    """The list's gradients, and after them the item's."""
    rest, item = call.outputs
    if d_item is None:
        d_item = zeros_like(item)
    if d_list is None:
        d_list = zeros_like(rest)
    return ops.TENSOR_LIST_PUSH_BACK(d_list, d_item), None


@gradient(ops.TENSOR_LIST_SCATTER_INTO_EXISTING_LIST)
def scatter_into_gradient(call: Call, d_list: Tensor) -> tuple[Any, Any, None]:
    """Each row gets the gradient of its element, the list all others."""
    _, tensor, indices = call.inputs
    by_tensor = ops.TENSOR_LIST_GATHER(d_list, indices, _rows(tensor), element_dtype=tensor.dtype)
    return ops.TENSOR_LIST_SCATTER_INTO_EXISTING_LIST(d_list, zeros_like(by_tensor), indices), by_tensor, None


@gradient(ops.TENSOR_LIST_RESIZE)
def resize_gradient(call: Call, d_list: Tensor) -> tuple[Any, None]:
    """The gradients, as many as the list had."""
    return ops.TENSOR_LIST_RESIZE(d_list, ops.TENSOR_LIST_LENGTH(call.inputs[0])), None


# -- reading -------------------------------------------------------------------------------------------------------


@gradient(ops.TENSOR_LIST_GET_ITEM)
def get_item_gradient(call: Call, d_item: Tensor) -> tuple[Any, None, None]:
    """A list that has the gradient in the item's place, and nothing elsewhere."""
    handle, index, _ = call.inputs
    empty = ops.TENSOR_LIST_RESERVE(_element_shape(handle), ops.TENSOR_LIST_LENGTH(handle), element_dtype=d_item.dtype)
    return ops.TENSOR_LIST_SET_ITEM(empty, index, d_item), None, None


@gradient(ops.TENSOR_LIST_STACK)
def stack_gradient(call: Call, d_tensor: Tensor) -> tuple[Any, None]:
    """The list of the rows' gradients."""
    return ops.TENSOR_LIST_FROM_TENSOR(d_tensor, _rows(d_tensor)), None


@gradient(ops.TENSOR_LIST_GATHER)
def gather_gradient(call: Call, d_values: Tensor) -> tuple[Any, None, None]:
    """A list that has the rows' gradients in their elements' places."""
    handle, indices, _ = call.inputs
    length = ops.TENSOR_LIST_LENGTH(handle)
    return ops.TENSOR_LIST_SCATTER_V2(d_values, indices, _element_shape(handle), length), None, None


@gradient(ops.TENSOR_LIST_CONCAT)
def concat_gradient(call: Call, d_tensor: Tensor, d_lengths: None) -> Any:
    """The parts of the gradient."""
    return _split(call, d_tensor)


@gradient(ops.TENSOR_LIST_CONCAT_V2)
def concat_v2_gradient(call: Call, d_tensor: Tensor, d_lengths: None) -> tuple[Any, None, None]:
    """The parts of the gradient."""
    return _split(call, d_tensor), None, None


def _split(call: Call, d_tensor: Tensor) -> Any:
    return ops.TENSOR_LIST_SPLIT(d_tensor, _element_shape(call.inputs[0]), call.outputs[1])
