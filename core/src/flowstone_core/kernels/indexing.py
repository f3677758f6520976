"""Numpy kernels of ``flowstone_core.ops.indexing``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import indexing as ops
from flowstone_core.shapes import TensorShape
from flowstone_core.slicing import Masks, index_of
from flowstone_core.variable_state import VariableState

KERNELS = KernelSet()


def blank(shape: Any, like: Any) -> Any:
    """Zeros (empty strings) of the type of ``like``."""
    return np.full(shape, b"", object) if like.dtype == np.object_ else np.zeros(shape, like.dtype)


@KERNELS.add(ops.STRIDED_SLICE)
def strided_slice(x: Any, begin: Any, end: Any, strides: Any, **masks: int) -> Any:
    """A view."""
    return x[index_of(x.shape, begin, end, strides, Masks(**masks))]


@KERNELS.add(ops.STRIDED_SLICE_GRAD)
def strided_slice_grad(shape: Any, begin: Any, end: Any, strides: Any, dy: Any, **masks: int) -> Any:
    """Zeros with ``dy`` where the slice was."""
    result = blank(shape.tolist(), dy)
    place = result[index_of(result.shape, begin, end, strides, Masks(**masks))]
    if place.shape != dy.shape:
        raise SpecError(
            f"StridedSliceGrad: dy has shape {TensorShape(dy.shape)}, the slice {TensorShape(place.shape)}."
        )
    place[...] = dy
    return result


@KERNELS.add(ops.TENSOR_STRIDED_SLICE_UPDATE)
def tensor_strided_slice_update(x: Any, begin: Any, end: Any, strides: Any, value: Any, **masks: int) -> Any:
    """A copy of ``x`` with ``value`` in the slice."""
    result = x.copy()
    result[index_of(x.shape, begin, end, strides, Masks(**masks))] = value
    return result


@KERNELS.add(ops.RESOURCE_STRIDED_SLICE_ASSIGN)
def resource_strided_slice_assign(
    ref: VariableState, begin: Any, end: Any, strides: Any, value: Any, **masks: int
) -> None:
    """Write into a variable's own buffer."""
    with ref.lock:
        index = index_of(ref.peek().shape, begin, end, strides, Masks(**masks))
        np.broadcast_to(value, ref.peek()[index].shape)  # refuses before anything is copied or changed
        ref.mutable()[index] = value


@KERNELS.add(ops.SLICE)
def block(x: Any, begin: Any, size: Any) -> Any:
    """A view."""
    starts, sizes = begin.tolist(), size.tolist()
    if not len(starts) == len(sizes) == x.ndim:
        raise ValueError  # the shape rule explains
    index = []
    for axis, (total, start, count) in enumerate(zip(x.shape, starts, sizes, strict=True)):
        if not 0 <= start <= total:
            raise SpecError(f"Slice: expected begin[{axis}] in [0, {total}], but got {start}.")
        if count == -1:
            count = total - start
        if not 0 <= count <= total - start:
            raise SpecError(f"Slice: expected size[{axis}] in [0, {total - start}], but got {count}.")
        index.append(slice(start, start + count))
    return x[(*index, ...)]
