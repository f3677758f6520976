"""Parts of tensors: strided slices and blocks, and writing into them."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core import infer, slicing
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops.array import ANY
from flowstone_core.ops.state import WRITES
from flowstone_core.shapes import Dims, TensorShape
from flowstone_core.slicing import Masks
from flowstone_core.spec import Spec
from flowstone_core.tensor import TensorLike

MASK_ATTRS = (
    "begin_mask: int = 0",
    "end_mask: int = 0",
    "ellipsis_mask: int = 0",
    "new_axis_mask: int = 0",
    "shrink_axis_mask: int = 0",
)
_WIDE_INDEX = "Index: {int32, int64}"

# -- strided slices ----------------------------------------------------------------------------------------------


def strided_shape(x: Dims, begin: Spec, end: Spec, strides: Spec, masks: Masks) -> tuple[Dims, list[slicing.Part]]:
    """The static shape of a slice of a tensor of shape ``x``, and its parts if the rank is known."""
    first, last, steps = begin.vector(), end.vector(), strides.vector()
    for spec, what in ((begin, "begin"), (end, "end"), (strides, "strides")):
        infer.with_rank(spec, 1, f"StridedSlice: {what}")
    count = next((len(vector) for vector in (first, last, steps) if vector is not None), None)
    if x is None or count is None:
        return None, []
    unknown = (None,) * count
    parts = slicing.resolve(x, first or unknown, last or unknown, steps or unknown, masks)
    return slicing.result_shape(parts), parts


def _infer_strided_slice(x: Spec, begin: Spec, end: Spec, strides: Spec, **masks: int) -> Spec:
    shape, parts = strided_shape(x.shape, begin, end, strides, Masks(**masks))
    value = None
    if isinstance(x.value, tuple) and x.shape is not None and len(parts) == 1:
        (part,) = parts
        if part.kind == "index" and part.start is not None:
            value = x.value[part.start]
        elif part.kind == "keep" and part.size is not None:
            value = x.value[slicing.numpy_index(parts)[0]]
    return Spec(shape, x.dtype, value)


def _infer_strided_slice_grad(shape: Spec, begin: Spec, end: Spec, strides: Spec, dy: Spec, **masks: int) -> Spec:
    return Spec(shape.vector(), dy.dtype)


def _infer_strided_update(x: Spec, begin: Spec, end: Spec, strides: Spec, value: Spec, **masks: int) -> Spec:
    shape, _ = strided_shape(x.shape, begin, end, strides, Masks(**masks))
    target = infer.broadcast_shapes(Spec(shape, x.dtype), value)
    if shape is not None and target is not None and len(target) != len(shape):
        raise SpecError(f"Cannot broadcast shape {TensorShape(value.shape)} into the slice of {TensorShape(shape)}.")
    return Spec(x.shape, x.dtype)


STRIDED_SLICE = Op(
    "StridedSlice",
    ("input: T", "begin: Index", "end: Index", "strides: Index"),
    ("output: T",),
    (ANY, "Index: {int16, int32, int64}", *MASK_ATTRS),
    infer=_infer_strided_slice,
)
STRIDED_SLICE_GRAD = Op(
    "StridedSliceGrad",
    ("shape: Index", "begin: Index", "end: Index", "strides: Index", "dy: T"),
    ("output: T",),
    (ANY, _WIDE_INDEX, *MASK_ATTRS),
    infer=_infer_strided_slice_grad,
)
TENSOR_STRIDED_SLICE_UPDATE = Op(
    "TensorStridedSliceUpdate",
    ("input: T", "begin: Index", "end: Index", "strides: Index", "value: T"),
    ("output: T",),
    (ANY, _WIDE_INDEX, *MASK_ATTRS),
    infer=_infer_strided_update,
)


def _infer_resource_assign(ref: Spec, begin: Spec, end: Spec, strides: Spec, value: Spec, **masks: int) -> tuple[()]:
    held = ref.handle[0] if ref.handle else Spec(None, value.dtype)
    _infer_strided_update(held, begin, end, strides, value, **masks)
    return ()


RESOURCE_STRIDED_SLICE_ASSIGN = Op(
    "ResourceStridedSliceAssign",
    ("ref: resource", "begin: Index", "end: Index", "strides: Index", "value: T"),
    (),
    (ANY, _WIDE_INDEX, *MASK_ATTRS),
    infer=_infer_resource_assign,
    effects=WRITES,
)


def strided_slice(
    input_: TensorLike,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Any:
    """The elements from ``begin`` to ``end`` by ``strides`` along each dimension; what ``x[...]`` executes.

    >>> tf.strided_slice([1, 2, 3, 4, 5], [1], [5], [2]).numpy()
    array([2, 4], dtype=int32)

    Args:
        input_: A tensor.
        begin: Where to begin along each dimension; negative numbers count from the end.
        end: Where to end.
        strides: The distances, not 0; 1 by default.
        begin_mask: Bit i set: ignore ``begin[i]``, begin at the first element.
        end_mask: Bit i set: ignore ``end[i]``, go on to the last element.
        ellipsis_mask: Bit i set: entry i stands for as many whole dimensions as fit.
        new_axis_mask: Bit i set: entry i makes a new dimension of size 1.
        shrink_axis_mask: Bit i set: take the one element ``begin[i]``, dropping the dimension.
        var: Not supported; assign to a slice of a variable by ``variable[...].assign(value)``.
        name: A name for the operation.
    """
    if var is not None:
        raise NotImplementedError("strided_slice(var=...) is not supported; use variable[...].assign(value).")
    if strides is None:
        first = convert_to_tensor(begin)
        strides = np.ones(first.shape.as_list(), first.dtype.numpy_dtype)
    return STRIDED_SLICE(
        input_,
        begin,
        end,
        strides,
        begin_mask=begin_mask,
        end_mask=end_mask,
        ellipsis_mask=ellipsis_mask,
        new_axis_mask=new_axis_mask,
        shrink_axis_mask=shrink_axis_mask,
        name=name,
    )


# -- slices ------------------------------------------------------------------------------------------------------


def _infer_slice(x: Spec, begin: Spec, size: Spec) -> Spec:
    for spec, what in ((begin, "begin"), (size, "size")):
        infer.with_rank(spec, 1, f"Slice: {what}")
    starts, sizes = begin.vector(), size.vector()
    rank = next((len(known) for known in (x.shape, starts, sizes) if known is not None), None)
    if rank is None:
        return Spec(None, x.dtype)
    shape = x.shape or (None,) * rank
    starts, sizes = starts or (None,) * rank, sizes or (None,) * rank
    if not len(shape) == len(starts) == len(sizes):
        raise SpecError(
            f"Slice: begin and size must have one entry for each dimension of shape {TensorShape(x.shape)}, got "
            f"{len(starts)} and {len(sizes)}."
        )
    result = []
    for axis, (total, start, count) in enumerate(zip(shape, starts, sizes, strict=True)):
        left = None if total is None or start is None else total - start
        if count is not None and count < -1:
            raise SpecError(f"Slice: expected size[{axis}] in [0, {left}] (or -1), but got {count}.")
        result.append(None if count == -1 and left is not None and left < 0 else left if count == -1 else count)
    value = None
    if isinstance(x.value, tuple) and starts[0] is not None and result[0] is not None:
        value = x.value[starts[0] : starts[0] + result[0]]
    return Spec(tuple(result), x.dtype, value)


SLICE = Op(
    "Slice",
    ("input: T", "begin: Index", "size: Index"),
    ("output: T",),
    (ANY, _WIDE_INDEX),
    infer=_infer_slice,
)


def slice(input_: TensorLike, begin: Any, size: Any, name: str | None = None) -> Any:
    """``size[i]`` elements of each dimension i, from ``begin[i]`` on; a size of -1 takes all that are left.

    >>> tf.slice([[1, 2, 3], [4, 5, 6]], [0, 1], [2, 2]).numpy()
    array([[2, 3],
           [5, 6]], dtype=int32)
    """
    return SLICE(input_, begin, size, name=name)
