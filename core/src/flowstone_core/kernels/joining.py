"""Numpy kernels of ``flowstone_core.ops.joining``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import joining as ops
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()


def _handles(values: list[Any]) -> Any:
    """State objects of handles as an object array."""
    held = np.empty(len(values), object)
    held[:] = values
    return held


@KERNELS.add(ops.PACK)
def pack(values: list[Any], *, axis: int) -> Any:
    """``numpy.stack``, without its detours."""
    if not isinstance(values[0], np.ndarray):
        return _handles(values)
    if axis == 0 and values[0].ndim == 0 and values[0].dtype != object:
        return np.array(values, values[0].dtype)
    ndim = values[0].ndim
    if not -ndim - 1 <= axis <= ndim or any(value.shape != values[0].shape for value in values):
        raise ValueError  # the shape rule explains
    at = (slice(None),) * (axis % (ndim + 1)) + (None,)
    return np.concatenate([value[at] for value in values], axis)


@KERNELS.add(ops.UNPACK)
def unpack(value: Any, *, num: int, axis: int) -> list[Any]:
    """Views of the slices."""
    if not -value.ndim <= axis < value.ndim:
        raise SpecError(f"Unpack: axis {axis} is out of range for shape {TensorShape(value.shape)}.")
    if value.shape[axis] != num:
        raise SpecError(f"Cannot unstack shape {TensorShape(value.shape)} along axis {axis} into {num} tensors.")
    return [np.asarray(item) if value.dtype != object else _item(item) for item in np.moveaxis(value, axis, 0)]


def _item(item: Any) -> Any:
    if isinstance(item, bytes):
        array = np.empty((), object)
        array[()] = item
        return array
    return item


@KERNELS.add(ops.PARALLEL_CONCAT)
def parallel_concat(values: list[Any], *, shape: TensorShape) -> Any:
    """Concatenation along the first dimension."""
    return np.concatenate(values, 0)


@KERNELS.add(ops.CONCAT_V2)
def concat_v2(values: list[Any], axis: Any) -> Any:
    """``numpy.concatenate``."""
    return np.concatenate(values, int(axis))


@KERNELS.add(ops.CONCAT)
def concat(concat_dim: Any, values: list[Any]) -> Any:
    """``numpy.concatenate``."""
    return np.concatenate(values, int(concat_dim))


@KERNELS.add(ops.CONCAT_OFFSET)
def concat_offset(concat_dim: Any, shape: list[Any]) -> list[Any]:
    """Where each operand starts in a concatenation."""
    axis, offset, found = int(concat_dim), 0, []
    for sizes in shape:
        if not -sizes.size <= axis < sizes.size:
            raise SpecError(f"ConcatOffset: concat_dim {axis} is out of range for rank {sizes.size}.")
        start = np.zeros_like(sizes)
        start[axis] = offset
        found.append(start)
        offset += int(sizes[axis])
    return found


@KERNELS.add(ops.SPLIT)
def split(split_dim: Any, value: Any, *, num_split: int) -> list[Any]:
    """Views of equal parts."""
    parts: list[Any] = np.split(value, num_split, _axis(split_dim, value))
    return parts


@KERNELS.add(ops.SPLIT_V)
def split_v(value: Any, size_splits: Any, split_dim: Any, *, num_split: int) -> list[Any]:
    """Views of parts of the given sizes."""
    axis = _axis(split_dim, value)
    if size_splits.size != num_split:
        raise ValueError  # the shape rule explains
    sizes: list[Any] = ops.split_sizes(size_splits.tolist(), value.shape[axis], axis)
    parts: list[Any] = np.split(value, np.cumsum(sizes)[:-1], axis)
    return parts


def _axis(split_dim: Any, value: Any) -> int:
    axis = int(split_dim.reshape(()))
    if not -value.ndim <= axis < value.ndim:
        raise SpecError(f"Cannot split shape {TensorShape(value.shape)} along axis {axis}: it is out of range.")
    return axis


@KERNELS.add(ops.TILE)
def tile(x: Any, multiples: Any) -> Any:
    """``numpy.tile`` with one count for each dimension."""
    counts = multiples.tolist()
    if len(counts) != x.ndim or min(counts, default=0) < 0:
        raise SpecError(
            f"Tile: multiples {counts} must have one entry, not negative, for each dimension of shape "
            f"{TensorShape(x.shape)}."
        )
    return np.tile(x, counts)
