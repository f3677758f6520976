"""Kernels of ``flowstone_core.ops.tensor_list``, on ``TensorList`` objects."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import DType, from_numpy, variant
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import tensor_list as ops
from flowstone_core.shapes import Dims, TensorShape, merge
from flowstone_core.tensor_list import TensorList, mistake

KERNELS = KernelSet()


def dims_of(element_shape: Any) -> Dims:
    """The shape that an ``element_shape`` operand gives: a scalar -1 is an unknown rank, an entry -1 a size."""
    if element_shape.ndim == 0:
        if element_shape != -1:
            raise mistake(f"The only scalar that is an element_shape is -1, got {element_shape}.")
        return None
    return tuple(None if size == -1 else size for size in element_shape.tolist())


def _shape_of(item: Any) -> tuple[int, ...]:
    return item.shape if isinstance(item, np.ndarray) else ()


def _checked(tensors: TensorList, item: Any, what: str) -> Any:
    """``item`` if its shape is the list's."""
    try:
        merge(tensors.shape, _shape_of(item))
    except ValueError:
        raise mistake(
            f"{what}: the element has shape {TensorShape(_shape_of(item))}, those of the list have "
            f"{TensorShape(tensors.shape)}."
        ) from None
    return item


def _inside(tensors: TensorList, index: int, verb: str) -> None:
    if not 0 <= index < len(tensors):
        raise mistake(f"Trying to {verb} element {index} in a list with {len(tensors)} elements.")


def _slices(tensor: Any, element_shape: Any, what: str) -> TensorList:
    """A list of the slices of ``tensor``."""
    shape = dims_of(element_shape)
    if not tensor.ndim:
        raise mistake(f"{what}: the tensor must have at least 1 dimension.")
    try:
        merge(shape, tensor.shape[1:])
    except ValueError as error:
        raise mistake(f"{what}: element_shape does not fit the tensor: {error}.") from None
    return TensorList(rows(tensor), dtype_of(tensor), shape)


def dtype_of(tensor: Any) -> DType:
    """The type of a tensor that becomes elements; arrays of objects other than strings are variants."""
    if not isinstance(tensor, np.ndarray):
        return variant
    if tensor.dtype == np.object_ and tensor.size and not isinstance(tensor.flat[0], (bytes, str)):
        return variant
    return from_numpy(tensor.dtype)


def rows(tensor: Any) -> list[Any]:
    """The slices along the first dimension, as arrays whose elements lie side by side."""
    tensor = np.ascontiguousarray(tensor)
    return [tensor[index, ...] for index in range(len(tensor))]


# -- making ----------------------------------------------------------------------------------------------------


@KERNELS.add(ops.EMPTY_TENSOR_LIST)
def empty(element_shape: Any, max_num_elements: Any, *, element_dtype: DType) -> TensorList:
    """A list without elements."""
    return TensorList((), element_dtype, dims_of(element_shape), int(max_num_elements))


@KERNELS.add(ops.TENSOR_LIST_RESERVE)
def reserve(element_shape: Any, num_elements: Any, *, element_dtype: DType) -> TensorList:
    """A list of missing elements."""
    count = int(num_elements)
    if count < 0:
        raise mistake(f"The num_elements to reserve must be a non negative number, but got {count}.")
    return TensorList([None] * count, element_dtype, dims_of(element_shape))


@KERNELS.add(ops.TENSOR_LIST_FROM_TENSOR)
def from_tensor(tensor: Any, element_shape: Any) -> TensorList:
    """A list of the slices."""
    return _slices(tensor, element_shape, "TensorListFromTensor")


@KERNELS.add(ops.TENSOR_LIST_SPLIT)
def split(tensor: Any, element_shape: Any, lengths: Any) -> TensorList:
    """A list of parts of the given lengths."""
    shape, sizes = dims_of(element_shape), lengths.tolist()
    if not tensor.ndim or min(sizes, default=0) < 0 or sum(sizes) != len(tensor):
        raise mistake(
            f"TensorListSplit: lengths {sizes} must be non negative and add up to the size of the first dimension of "
            f"shape {TensorShape(tensor.shape)}."
        )
    result = TensorList((), dtype_of(tensor), shape)
    parts = np.split(tensor, np.cumsum(sizes)[:-1]) if sizes else []
    return TensorList([_checked(result, part, "TensorListSplit") for part in parts], result.dtype, shape)


def _scatter(tensors: TensorList, tensor: Any, indices: Any, what: str) -> TensorList:
    places = indices.tolist()
    if not tensor.ndim or len(tensor) != len(places):
        raise mistake(f"{what}: {len(places)} indices for a tensor of shape {TensorShape(tensor.shape)}.")
    if min(places, default=0) < 0:
        raise mistake(f"{what}: indices must be positive, got {min(places)}.")
    size = max(places, default=-1) + 1
    if size > len(tensors):
        tensors = tensors.resized(size)
    for place, item in zip(places, rows(tensor), strict=True):
        tensors = tensors.set(place, _checked(tensors, item, what))
    return tensors


@KERNELS.add(ops.TENSOR_LIST_SCATTER)
def scatter(tensor: Any, indices: Any, element_shape: Any) -> TensorList:
    """A list with the slices at their places."""
    blank = TensorList((), dtype_of(tensor), dims_of(element_shape))
    return _scatter(blank, tensor, indices, "TensorListScatter")


@KERNELS.add(ops.TENSOR_LIST_SCATTER_V2)
def scatter_v2(tensor: Any, indices: Any, element_shape: Any, num_elements: Any) -> TensorList:
    """A list of the given length (-1: as long as needed) with the slices at their places."""
    count = int(num_elements)
    if count < -1:
        raise mistake(f"TensorListScatter expects num_elements >= -1, found: {count}.")
    if count != -1 and indices.size and int(indices.max()) >= count:
        raise mistake(f"TensorListScatter: Trying to scatter at index {int(indices.max())} in list with size {count}")
    blank = TensorList([None] * max(count, 0), dtype_of(tensor), dims_of(element_shape))
    return _scatter(blank, tensor, indices, "TensorListScatter")


# -- changing --------------------------------------------------------------------------------------------------


@KERNELS.add(ops.TENSOR_LIST_SET_ITEM)
def set_item(tensors: TensorList, index: Any, item: Any, *, resize_if_index_out_of_bounds: bool) -> TensorList:
    """The list with another element."""
    place = int(index)
    if resize_if_index_out_of_bounds and place >= len(tensors):
        tensors = tensors.resized(place + 1)
    _inside(tensors, place, "modify")
    return tensors.set(place, _checked(tensors, item, "TensorListSetItem"))


@KERNELS.add(ops.TENSOR_LIST_PUSH_BACK)
def push_back(tensors: TensorList, tensor: Any) -> TensorList:
    """The list with an element more."""
    if tensors.limit != -1 and len(tensors) >= tensors.limit:
        raise mistake(f"Tried to push item into a full list: it takes {tensors.limit} elements.")
    return tensors.push(_checked(tensors, tensor, "TensorListPushBack"))


@KERNELS.add(ops.TENSOR_LIST_PUSH_BACK_BATCH)
def push_back_batch(handles: Any, tensor: Any) -> Any:
    """Each list with the slice of its place more."""
    if not isinstance(handles, np.ndarray):
        raise mistake("TensorListPushBackBatch takes a batch of lists.")
    if tensor.shape[: handles.ndim] != handles.shape:
        raise mistake(f"TensorListPushBackBatch: {handles.shape} lists, a tensor of shape {TensorShape(tensor.shape)}.")
    result = np.empty(handles.shape, object)
    for place in np.ndindex(handles.shape):
        tensors: Any = handles[place]
        result[place] = push_back(tensors, tensor[(*place, ...)])
    return result


@KERNELS.add(ops.TENSOR_LIST_POP_BACK)
def pop_back(tensors: TensorList, element_shape: Any, *, element_dtype: DType) -> tuple[TensorList, Any]:
    """The list without its last element, and that."""
    if not len(tensors):
        raise mistake("Trying to pop from an empty list.")
    rest, item = tensors.pop()
    return rest, _present(tensors, item, element_shape, "TensorListPopBack")


@KERNELS.add(ops.TENSOR_LIST_SCATTER_INTO_EXISTING_LIST)
def scatter_into(tensors: TensorList, tensor: Any, indices: Any) -> TensorList:
    """The list with the slices at their places."""
    return _scatter(tensors, tensor, indices, "TensorListScatterIntoExistingList")


@KERNELS.add(ops.TENSOR_LIST_RESIZE)
def resize(tensors: TensorList, size: Any) -> TensorList:
    """Cut, or lengthened by missing elements."""
    return tensors.resized(int(size))


@KERNELS.add(ops.TENSOR_LIST_CONCAT_LISTS)
def concat_lists(a: TensorList, b: TensorList, *, element_dtype: DType) -> TensorList:
    """One list after the other."""
    for tensors in (a, b):
        _check_type(tensors, element_dtype)
    return TensorList(a.items + b.items, a.dtype, a.item_shape(b.shape, "TensorListConcatLists"), a.limit)


# -- reading ---------------------------------------------------------------------------------------------------


def _check_type(tensors: TensorList, element_dtype: DType) -> None:
    if tensors.dtype is not element_dtype:
        raise mistake(f"Expected a list of {element_dtype.name}, got one of {tensors.dtype.name}.")


def _present(tensors: TensorList, item: Any, element_shape: Any, what: str) -> Any:
    """``item``, or zeros if it is missing."""
    given = dims_of(element_shape)
    if item is None:
        return tensors.zeros(tensors.full_shape(given, what))
    try:
        merge(given, _shape_of(item))
    except ValueError as error:
        raise mistake(f"{what}: element_shape does not fit the element: {error}.") from None
    return item


@KERNELS.add(ops.TENSOR_LIST_LENGTH)
def length(tensors: TensorList) -> Any:
    """The number of elements."""
    return np.array(len(tensors), np.int32)


@KERNELS.add(ops.TENSOR_LIST_GET_ITEM)
def get_item(tensors: TensorList, index: Any, element_shape: Any, *, element_dtype: DType) -> Any:
    """One element."""
    place = int(index)
    _check_type(tensors, element_dtype)
    _inside(tensors, place, "access")
    return _present(tensors, tensors[place], element_shape, "TensorListGetItem")


def _stacked(tensors: TensorList, items: list[Any], given: Dims, what: str) -> Any:
    if not items:
        shape = tensors.item_shape(given, what)
        if shape is None or None in shape:
            raise mistake(
                f"Tried to {what} elements of an empty list with non-fully-defined element_shape: {TensorShape(shape)}."
            )
        return tensors.zeros((0, *shape))  # type: ignore[arg-type]
    for item in items:
        try:
            merge(given, _shape_of(item))
        except ValueError as error:
            raise mistake(f"Tried to {what} elements of a list: {error}.") from None
    if any(_shape_of(item) != _shape_of(items[0]) for item in items):
        raise mistake(f"Tried to {what} elements of a list, which differ in shape.")
    if not isinstance(items[0], np.ndarray):
        result = np.empty(len(items), object)
        result[:] = items
        return result
    return np.array(items, items[0].dtype) if items[0].ndim == 0 else np.stack(items)


@KERNELS.add(ops.TENSOR_LIST_STACK)
def stack(tensors: TensorList, element_shape: Any, *, element_dtype: DType, num_elements: int) -> Any:
    """All elements as one tensor."""
    _check_type(tensors, element_dtype)
    if num_elements not in (-1, len(tensors)):
        raise mistake(
            f"Operation expected a list with {num_elements} elements but got a list with {len(tensors)} elements."
        )
    given = dims_of(element_shape)
    return _stacked(tensors, tensors.filled(given, "TensorListStack"), given, "stack")


@KERNELS.add(ops.TENSOR_LIST_GATHER)
def gather(tensors: TensorList, indices: Any, element_shape: Any, *, element_dtype: DType) -> Any:
    """Some elements as one tensor."""
    _check_type(tensors, element_dtype)
    given, items = dims_of(element_shape), []
    for place in indices.tolist():
        _inside(tensors, place, "gather")
        items.append(_present(tensors, tensors[place], element_shape, "TensorListGather"))
    return _stacked(tensors, items, given, "gather")


def _joined(tensors: TensorList, given: Dims, leading_dims: list[int]) -> tuple[Any, Any]:
    rest = None if given is None else given[1:]
    items = []
    for place, item in enumerate(tensors.items):
        if item is None:
            size = leading_dims[place] if place < len(leading_dims) else None
            shape = tensors.full_shape(None if rest is None else (size, *rest), "TensorListConcat")
            item = tensors.zeros(shape)
        if not item.ndim:
            raise mistake(f"Concat saw a scalar shape at index {place} but requires at least vectors.")
        items.append(item)
    if not items:
        known = tensors.item_shape(given, "TensorListConcat")
        if known is None or None in known[1:]:
            raise mistake("Tried to concat an empty list whose elements' shape is not known.")
        return tensors.zeros((0, *known[1:])), np.zeros(0, np.int64)  # type: ignore[arg-type]
    if any(item.shape[1:] != items[0].shape[1:] for item in items):
        raise mistake("Tried to concat elements of a list, which differ in more than their first dimension.")
    return np.concatenate(items), np.array([len(item) for item in items], np.int64)


@KERNELS.add(ops.TENSOR_LIST_CONCAT)
def concat(tensors: TensorList, *, element_dtype: DType, element_shape: TensorShape) -> tuple[Any, Any]:
    """All elements end to end, and their lengths."""
    _check_type(tensors, element_dtype)
    return _joined(tensors, element_shape.as_tuple(), [])


@KERNELS.add(ops.TENSOR_LIST_CONCAT_V2)
def concat_v2(tensors: TensorList, element_shape: Any, leading_dims: Any, *, element_dtype: DType) -> tuple[Any, Any]:
    """All elements end to end, and their lengths."""
    _check_type(tensors, element_dtype)
    return _joined(tensors, dims_of(element_shape), leading_dims.tolist())


@KERNELS.add(ops.TENSOR_LIST_ELEMENT_SHAPE)
def element_shape_of(tensors: TensorList, *, shape_type: DType) -> Any:
    """What is known of the elements' shape, as an ``element_shape``."""
    if tensors.shape is None:
        return np.array(-1, shape_type.numpy_dtype)
    return np.array([-1 if size is None else size for size in tensors.shape], shape_type.numpy_dtype)
