"""Numpy kernels of ``flowstone_core.ops.filling``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core import dtypes
from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import filling as ops
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()


def sizes_of(dims: Any, what: str) -> list[int]:
    """The sizes in a shape tensor, checked."""
    if dims.ndim > 1:
        raise SpecError(f"{what}: the shape must be a vector, got shape {TensorShape(dims.shape)}.")
    sizes: list[int] = dims.reshape(-1).tolist()
    if min(sizes, default=0) < 0:
        raise SpecError(f"{what}: sizes must not be negative, got {sizes}.")
    return sizes


@KERNELS.add(ops.FILL)
def fill(dims: Any, value: Any) -> Any:
    """``numpy.full``."""
    if not isinstance(value, np.ndarray):
        whole = np.empty(sizes_of(dims, "Fill"), object)
        whole.fill(value)
        return whole
    if value.size != 1:
        raise SpecError(f"Fill: value must be a scalar, got shape {TensorShape(value.shape)}.")
    return np.full(sizes_of(dims, "Fill"), value.reshape(())[()], value.dtype)


@KERNELS.add(ops.ZEROS_LIKE)
def zeros_like(x: Any) -> Any:
    """Zeros; empty strings; a variant's own zeros."""
    if not isinstance(x, np.ndarray):
        return x.zeros_like()
    if x.dtype == object:
        return np.full(x.shape, b"", object)
    return np.zeros(x.shape, x.dtype)


@KERNELS.add(ops.ONES_LIKE)
def ones_like(x: Any) -> Any:
    """``numpy.ones`` of the operand's shape."""
    return np.ones(x.shape, x.dtype)


@KERNELS.add(ops.EMPTY)
def empty(shape: Any, *, dtype: DType, init: bool) -> Any:
    """Zeros: flowstone never shows uninitialized memory."""
    sizes = sizes_of(shape, "Empty")
    return np.full(sizes, b"", object) if dtype is dtypes.string else np.zeros(sizes, dtype.numpy_dtype)


@KERNELS.add(ops.ONE_HOT)
def one_hot(indices: Any, depth: Any, on_value: Any, off_value: Any, *, axis: int) -> Any:
    """Write ``on_value`` where the index is in range."""
    size = int(depth)
    if size < 0:
        raise SpecError(f"OneHot: depth must not be negative, got {size}.")
    if not -1 <= axis <= indices.ndim:
        raise SpecError(f"OneHot: axis must be in [-1, {indices.ndim}], got {axis}.")
    flat = indices.reshape(-1)
    result = np.full((flat.size, size), off_value[()], on_value.dtype)
    rows = np.flatnonzero((flat >= 0) & (flat < size))
    result[rows, flat[rows]] = on_value[()]
    result = result.reshape(*indices.shape, size)
    return result if axis in (-1, indices.ndim) else np.moveaxis(result, -1, axis)
