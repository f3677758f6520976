"""Ops on TensorList variants: what ``tf.TensorArray`` and the gradients of loops are made of in graphs."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.dtypes import DType, int32, int64, variant
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import Dims, merge
from flowstone_core.spec import Spec

_TYPE = "element_dtype: type"
_SHAPE = "shape_type: {int32, int64}"


def element_dims(spec: Spec) -> Dims:
    """The shape that an ``element_shape`` operand gives: a scalar -1 is an unknown rank, an entry -1 a size."""
    value = spec.value
    if isinstance(value, tuple):
        return tuple(None if size == -1 else size for size in value)
    if value is None and spec.shape is not None and len(spec.shape) == 1 and spec.shape[0] is not None:
        return (None,) * spec.shape[0]
    return None


def list_spec(shape: Dims, dtype: DType) -> Spec:
    """The spec of a list of elements."""
    return Spec((), variant, handle=(Spec(shape, dtype),))


def held(handle: Spec) -> Dims:
    """What is known of the shape of a list's elements."""
    return handle.handle[0].shape if handle.handle else None


def _element(handle: Spec, element_shape: Spec, what: str) -> Dims:
    try:
        return merge(held(handle), element_dims(element_shape))
    except ValueError as error:
        raise SpecError(f"{what}: {error}.") from None


def _fits(item: Spec, handle: Spec, what: str) -> None:
    try:
        merge(held(handle), item.shape)
    except ValueError as error:
        raise SpecError(f"{what}: an element of another shape than the list's: {error}.") from None


def _rows(count: int | None, shape: Dims) -> Dims:
    return None if shape is None else (count, *shape)


def _rest(tensor: Spec, element_shape: Spec, what: str) -> Dims:
    """What is known of the slices of ``tensor``."""
    if tensor.shape is not None and not tensor.shape:
        raise SpecError(f"{what}: the tensor must have at least 1 dimension.")
    try:
        return merge(None if tensor.shape is None else tensor.shape[1:], element_dims(element_shape))
    except ValueError as error:
        raise SpecError(f"{what}: {error}.") from None


# -- making ----------------------------------------------------------------------------------------------------


def _infer_new(element_shape: Spec, count: Spec, *, element_dtype: DType) -> Spec:
    return list_spec(element_dims(element_shape), element_dtype)


def _infer_from_tensor(tensor: Spec, element_shape: Spec) -> Spec:
    return list_spec(_rest(tensor, element_shape, "TensorListFromTensor"), tensor.dtype)


def _infer_split(tensor: Spec, element_shape: Spec, lengths: Spec) -> Spec:
    infer.with_rank(lengths, 1, "TensorListSplit: lengths")
    shape = element_dims(element_shape)
    if tensor.shape is not None:
        if not tensor.shape:
            raise SpecError("TensorListSplit: the tensor must have at least 1 dimension.")
        try:
            shape = merge((None, *tensor.shape[1:]), shape)
        except ValueError as error:
            raise SpecError(f"TensorListSplit: {error}.") from None
    return list_spec(shape, tensor.dtype)


def _infer_scatter(tensor: Spec, indices: Spec, element_shape: Spec, *others: Spec) -> Spec:
    return list_spec(_rest(tensor, element_shape, "TensorListScatter"), tensor.dtype)


EMPTY_TENSOR_LIST = Op(
    "EmptyTensorList",
    ("element_shape: shape_type", "max_num_elements: int32"),
    ("handle: variant",),
    (_TYPE, _SHAPE),
    infer=_infer_new,
)
TENSOR_LIST_RESERVE = Op(
    "TensorListReserve",
    ("element_shape: shape_type", "num_elements: int32"),
    ("handle: variant",),
    (_TYPE, _SHAPE),
    infer=_infer_new,
)
TENSOR_LIST_FROM_TENSOR = Op(
    "TensorListFromTensor",
    ("tensor: element_dtype", "element_shape: shape_type"),
    ("output_handle: variant",),
    (_TYPE, _SHAPE),
    infer=_infer_from_tensor,
)
TENSOR_LIST_SPLIT = Op(
    "TensorListSplit",
    ("tensor: element_dtype", "element_shape: shape_type", "lengths: int64"),
    ("output_handle: variant",),
    (_TYPE, _SHAPE),
    infer=_infer_split,
)
TENSOR_LIST_SCATTER = Op(
    "TensorListScatter",
    ("tensor: element_dtype", "indices: int32", "element_shape: shape_type"),
    ("output_handle: variant",),
    (_TYPE, _SHAPE),
    infer=_infer_scatter,
)
TENSOR_LIST_SCATTER_V2 = Op(
    "TensorListScatterV2",
    ("tensor: element_dtype", "indices: int32", "element_shape: shape_type", "num_elements: int32"),
    ("output_handle: variant",),
    (_TYPE, _SHAPE),
    infer=_infer_scatter,
)

# -- changing --------------------------------------------------------------------------------------------------


def _infer_set(handle: Spec, index: Spec, item: Spec, *, resize_if_index_out_of_bounds: bool) -> Spec:
    _fits(item, handle, "TensorListSetItem")
    return list_spec(held(handle), item.dtype)


def _infer_push(handle: Spec, item: Spec) -> Spec:
    _fits(item, handle, "TensorListPushBack")
    return list_spec(held(handle), item.dtype)


def _infer_pop(handle: Spec, element_shape: Spec, *, element_dtype: DType) -> tuple[Spec, Spec]:
    shape = _element(handle, element_shape, "TensorListPopBack")
    return list_spec(shape, element_dtype), Spec(shape, element_dtype)


def _infer_scatter_into(handle: Spec, tensor: Spec, indices: Spec) -> Spec:
    rest = None if tensor.shape is None else tensor.shape[1:]
    _fits(Spec(rest, tensor.dtype), handle, "TensorListScatterIntoExistingList")
    return list_spec(held(handle), tensor.dtype)


def _infer_same_list(handle: Spec, *others: Spec, **attrs: Any) -> Spec:
    return Spec((), variant, handle=handle.handle)


TENSOR_LIST_SET_ITEM = Op(
    "TensorListSetItem",
    ("input_handle: variant", "index: int32", "item: element_dtype"),
    ("output_handle: variant",),
    (_TYPE, "resize_if_index_out_of_bounds: bool = false"),
    infer=_infer_set,
)
TENSOR_LIST_PUSH_BACK = Op(
    "TensorListPushBack",
    ("input_handle: variant", "tensor: element_dtype"),
    ("output_handle: variant",),
    (_TYPE,),
    infer=_infer_push,
)
TENSOR_LIST_PUSH_BACK_BATCH = Op(
    "TensorListPushBackBatch",
    ("input_handles: variant", "tensor: element_dtype"),
    ("output_handles: variant",),
    (_TYPE,),
    infer=lambda handles, tensor: Spec(handles.shape, variant, handle=handles.handle),
)
TENSOR_LIST_POP_BACK = Op(
    "TensorListPopBack",
    ("input_handle: variant", "element_shape: int32"),
    ("output_handle: variant", "tensor: element_dtype"),
    (_TYPE,),
    infer=_infer_pop,
)
TENSOR_LIST_SCATTER_INTO_EXISTING_LIST = Op(
    "TensorListScatterIntoExistingList",
    ("input_handle: variant", "tensor: element_dtype", "indices: int32"),
    ("output_handle: variant",),
    (_TYPE,),
    infer=_infer_scatter_into,
)
TENSOR_LIST_RESIZE = Op(
    "TensorListResize",
    ("input_handle: variant", "size: int32"),
    ("output_handle: variant",),
    infer=_infer_same_list,
)
TENSOR_LIST_CONCAT_LISTS = Op(
    "TensorListConcatLists",
    ("input_a: variant", "input_b: variant"),
    ("output: variant",),
    (_TYPE,),
    infer=_infer_same_list,
)

# -- reading ---------------------------------------------------------------------------------------------------


def _infer_get(handle: Spec, index: Spec, element_shape: Spec, *, element_dtype: DType) -> Spec:
    return Spec(_element(handle, element_shape, "TensorListGetItem"), element_dtype)


def _infer_stack(handle: Spec, element_shape: Spec, *, element_dtype: DType, num_elements: int) -> Spec:
    shape = _element(handle, element_shape, "TensorListStack")
    return Spec(_rows(None if num_elements == -1 else num_elements, shape), element_dtype)


def _infer_gather(handle: Spec, indices: Spec, element_shape: Spec, *, element_dtype: DType) -> Spec:
    (count,) = infer.with_rank(indices, 1, "TensorListGather: indices")
    return Spec(_rows(count, _element(handle, element_shape, "TensorListGather")), element_dtype)


def _joined(shape: Dims, dtype: DType) -> tuple[Spec, Spec]:
    if shape is not None and not shape:
        raise SpecError("TensorListConcat needs elements with at least 1 dimension.")
    return Spec(_rows(None, None if shape is None else shape[1:]), dtype), Spec((None,), int64)


def _infer_concat(handle: Spec, *, element_dtype: DType, element_shape: Any) -> tuple[Spec, Spec]:
    return _joined(element_shape.as_tuple(), element_dtype)


def _infer_concat_v2(
    handle: Spec, element_shape: Spec, leading_dims: Spec, *, element_dtype: DType
) -> tuple[Spec, Spec]:
    return _joined(element_dims(element_shape), element_dtype)


def _infer_element_shape(handle: Spec, *, shape_type: DType) -> Spec:
    shape = held(handle)
    return Spec(None if shape is None else (len(shape),), shape_type)


TENSOR_LIST_LENGTH = Op("TensorListLength", ("input_handle: variant",), ("length: int32",), infer=infer.scalar(int32))
TENSOR_LIST_GET_ITEM = Op(
    "TensorListGetItem",
    ("input_handle: variant", "index: int32", "element_shape: Tshape"),
    ("item: element_dtype",),
    (_TYPE, "Tshape: {int32, int64} = DT_INT32"),
    infer=_infer_get,
)
TENSOR_LIST_STACK = Op(
    "TensorListStack",
    ("input_handle: variant", "element_shape: int32"),
    ("tensor: element_dtype",),
    (_TYPE, "num_elements: int = -1"),
    infer=_infer_stack,
)
TENSOR_LIST_GATHER = Op(
    "TensorListGather",
    ("input_handle: variant", "indices: int32", "element_shape: int32"),
    ("values: element_dtype",),
    (_TYPE,),
    infer=_infer_gather,
)
TENSOR_LIST_CONCAT = Op(
    "TensorListConcat",
    ("input_handle: variant",),
    ("tensor: element_dtype", "lengths: int64"),
    (_TYPE, "element_shape: shape = <unknown_rank>"),
    infer=_infer_concat,
)
TENSOR_LIST_CONCAT_V2 = Op(
    "TensorListConcatV2",
    ("input_handle: variant", "element_shape: shape_type", "leading_dims: int64"),
    ("tensor: element_dtype", "lengths: int64"),
    (_TYPE, _SHAPE),
    infer=_infer_concat_v2,
)
TENSOR_LIST_ELEMENT_SHAPE = Op(
    "TensorListElementShape",
    ("input_handle: variant",),
    ("element_shape: shape_type",),
    (_SHAPE,),
    infer=_infer_element_shape,
)
