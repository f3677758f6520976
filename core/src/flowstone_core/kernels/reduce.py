"""Numpy kernels of ``flowstone_core.ops.reduce``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.ops import reduce as ops
from flowstone_core.typelists import INT_KERNELS

KERNELS = KernelSet()


def reduced_axes(x: Any, indices: Any) -> tuple[int, ...]:
    """The dimensions to reduce, as non-negative numbers."""
    rank = x.ndim
    axes = tuple(indices.reshape(-1).tolist())
    if axes == tuple(range(rank)):
        return axes
    for axis in axes:
        if not -rank <= axis < rank:
            raise SpecError(f"Invalid reduction dimension ({axis} for input with {rank} dimension(s))")
    found = tuple(axis % rank for axis in axes)
    if len(set(found)) < len(found):
        raise InvalidArgumentError(
            None, None, f"Invalid reduction arguments: axes {list(axes)} contain a dimension twice."
        )
    return found


@add_with_narrow(KERNELS, ops.SUM)
def sum(input: Any, reduction_indices: Any, *, keep_dims: Any) -> Any:
    """The sum, in the type of the elements."""
    return np.add.reduce(input, reduced_axes(input, reduction_indices), input.dtype, keepdims=keep_dims)


@add_with_narrow(KERNELS, ops.PROD)
def prod(input: Any, reduction_indices: Any, *, keep_dims: Any) -> Any:
    """The product, in the type of the elements."""
    return np.multiply.reduce(input, reduced_axes(input, reduction_indices), input.dtype, keepdims=keep_dims)


def _count(x: Any, axes: tuple[int, ...]) -> int:
    count = 1
    for axis in axes:
        count *= x.shape[axis]
    return count


@KERNELS.add(ops.MEAN, dtypes=INT_KERNELS)
def mean_int(input: Any, reduction_indices: Any, *, keep_dims: Any) -> Any:
    """The mean of integers, cut towards zero; 0 of nothing."""
    axes = reduced_axes(input, reduction_indices)
    wide = np.uint64 if input.dtype.kind == "u" else np.int64
    total = np.asarray(np.add.reduce(input, axes, wide, keepdims=keep_dims))
    count = _count(input, axes)
    if count == 0:
        return total.astype(input.dtype)
    quotient = np.abs(total) // wide(count) if wide is np.int64 else total // wide(count)
    return (np.sign(total) * quotient if wide is np.int64 else quotient).astype(input.dtype)


@add_with_narrow(KERNELS, ops.MEAN)
def mean(input: Any, reduction_indices: Any, *, keep_dims: Any) -> Any:
    """The mean; nan of nothing."""
    axes = reduced_axes(input, reduction_indices)
    total = np.add.reduce(input, axes, input.dtype, keepdims=keep_dims)
    return np.true_divide(total, input.dtype.type(_count(input, axes)))


@KERNELS.add(ops.EUCLIDEAN_NORM, dtypes=INT_KERNELS)
def euclidean_norm_int(input: Any, reduction_indices: Any, *, keep_dims: Any) -> Any:
    """The norm, cut to an integer."""
    axes = reduced_axes(input, reduction_indices)
    squares = np.add.reduce(np.square(input.astype(np.float64)), axes, keepdims=keep_dims)
    return np.asarray(np.sqrt(squares)).astype(input.dtype)


@add_with_narrow(KERNELS, ops.EUCLIDEAN_NORM)
def euclidean_norm(input: Any, reduction_indices: Any, *, keep_dims: Any) -> Any:
    """The norm."""
    axes = reduced_axes(input, reduction_indices)
    squares = input * np.conj(input) if input.dtype.kind == "c" else np.square(input)
    return np.sqrt(np.add.reduce(squares, axes, input.dtype, keepdims=keep_dims))


def _lowest(dtype: Any, sign: int) -> Any:
    """What no element is beyond: ∓infinity, or the limit of an integer type."""
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return info.min if sign < 0 else info.max
    return dtype.type(sign * np.inf)


def _extremum(ufunc: np.ufunc, sign: int) -> Callable[..., Any]:
    def kernel(input: Any, reduction_indices: Any, *, keep_dims: Any) -> Any:
        axes = reduced_axes(input, reduction_indices)
        if input.size:
            return ufunc.reduce(input, axes, keepdims=keep_dims)
        return ufunc.reduce(input, axes, keepdims=keep_dims, initial=_lowest(input.dtype, sign))

    return kernel


KERNELS.add(ops.MAX)(_extremum(np.maximum, -1))
KERNELS.add(ops.MIN)(_extremum(np.minimum, 1))


def _logic(ufunc: np.ufunc) -> Callable[..., Any]:
    def kernel(input: Any, reduction_indices: Any, *, keep_dims: Any) -> Any:
        return ufunc.reduce(input, reduced_axes(input, reduction_indices), keepdims=keep_dims)

    return kernel


KERNELS.add(ops.ALL)(_logic(np.logical_and))
KERNELS.add(ops.ANY)(_logic(np.logical_or))


# -- positions -----------------------------------------------------------------------------------------------------

_BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


def _position(find: Callable[..., Any], worst: float) -> Callable[..., Any]:
    def kernel(input: Any, dimension: Any, *, output_type: DType) -> Any:
        axis, rank = int(dimension), input.ndim
        if not -rank <= axis < rank:
            raise SpecError(f"Expected dimension in the range [{-rank}, {rank}), but got {axis}.")
        shape = input.shape[: axis % rank] + input.shape[axis % rank + 1 :]
        if input.size == 0 and input.shape[axis] == 0 and 0 not in shape:
            raise SpecError(f"Reduction axis {axis} is empty in shape {list(input.shape)}.")
        if input.size == 0:
            return np.zeros(shape, output_type.numpy_dtype)
        if input.dtype == _BFLOAT16:
            input = input.astype(np.float32)
        if input.dtype.kind == "f" and np.isnan(input.min()):
            input = np.where(np.isnan(input), input.dtype.type(worst), input)
        return np.asarray(find(input, axis=axis)).astype(output_type.numpy_dtype, copy=False)

    return kernel


KERNELS.add(ops.ARG_MAX)(_position(np.argmax, -np.inf))
KERNELS.add(ops.ARG_MIN)(_position(np.argmin, np.inf))
