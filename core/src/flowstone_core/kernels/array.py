"""Numpy kernels of ``flowstone_core.ops.array``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import InvalidArgumentError, SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import array as ops
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()


def shape_of(x: Any) -> tuple[int, ...]:
    """The shape of an array; that of a handle is a scalar's."""
    return x.shape if isinstance(x, np.ndarray) else ()


@KERNELS.add(ops.IDENTITY, ops.SNAPSHOT, ops.STOP_GRADIENT, ops.GUARANTEE_CONST, elementwise=True)
def identity(x: Any) -> Any:
    """The same buffer: buffers never change."""
    return x


@KERNELS.add(ops.IDENTITY_N)
def identity_n(inputs: list[Any]) -> list[Any]:
    """The same buffers."""
    return inputs


@KERNELS.add(ops.PREVENT_GRADIENT)
def prevent_gradient(x: Any, *, message: str) -> Any:
    """The same buffer; only differentiation minds."""
    return x


@KERNELS.add(ops.CHECK_NUMERICS)
def check_numerics(x: Any, *, message: str) -> Any:
    """``x`` if it is finite."""
    if not np.isfinite(x).all():
        found = " and ".join(name for name, there in (("Inf", np.isinf(x).any()), ("NaN", np.isnan(x).any())) if there)
        raise InvalidArgumentError(None, None, f"{message} : Tensor had {found} values")
    return x


@KERNELS.add(ops.CHECK_NUMERICS_V2)
def check_numerics_v2(x: Any, *, message: str) -> Any:
    """``x`` if it is finite; infinities are told apart by sign."""
    if not np.isfinite(x).all():
        kinds = (("-Inf", np.isneginf(x).any()), ("+Inf", np.isposinf(x).any()), ("NaN", np.isnan(x).any()))
        found = ", ".join(name for name, there in kinds if there)
        raise InvalidArgumentError(None, None, f"{message} : Tensor had {found} values")
    return x


@KERNELS.add(ops.SHAPE)
def shape(x: Any, *, out_type: DType) -> Any:
    """The shape as a vector."""
    return np.array(shape_of(x), out_type.numpy_dtype)


@KERNELS.add(ops.SHAPE_N)
def shape_n(inputs: list[Any], *, out_type: DType) -> list[Any]:
    """The shapes as vectors."""
    return [np.array(shape_of(x), out_type.numpy_dtype) for x in inputs]


@KERNELS.add(ops.SIZE)
def size(x: Any, *, out_type: DType) -> Any:
    """The number of elements."""
    return np.array(x.size if isinstance(x, np.ndarray) else 1, out_type.numpy_dtype)


@KERNELS.add(ops.RANK)
def rank(x: Any) -> Any:
    """The number of dimensions."""
    return np.array(len(shape_of(x)), np.int32)


@KERNELS.add(ops.RESHAPE)
def reshape(x: Any, shape: Any) -> Any:
    """A view where numpy can."""
    sizes = shape.tolist() if shape.ndim else [int(shape)]
    if min(sizes, default=0) < -1:
        raise ValueError  # numpy takes any negative size for -1; the shape rule explains
    if x.size == 0 and sizes.count(-1) == 1 and (sum(size != -1 for size in sizes) == 0 or 0 in sizes):
        # numpy cannot divide by 0; TensorFlow infers the open size from the sizes that are not 0
        elements, known = math.prod(size for size in x.shape if size), math.prod(size for size in sizes if size > 0)
        if elements % known:
            raise SpecError(f"Input to reshape has shape {x.shape}, but the requested shape {sizes} does not fit.")
        sizes[sizes.index(-1)] = elements // known if 0 in sizes else 0
    return x.reshape(sizes)


@KERNELS.add(ops.EXPAND_DIMS)
def expand_dims(x: Any, dim: Any) -> Any:
    """A view with a new dimension of size 1."""
    if dim.size != 1:
        raise SpecError(f"ExpandDims: dim must be a scalar, got shape {TensorShape(dim.shape)}.")
    axis, ndim = int(dim.reshape(())), x.ndim
    if not -ndim - 1 <= axis <= ndim:
        raise SpecError(f"Tried to expand dim index {axis} for a tensor with {ndim} dimensions.")
    axis %= ndim + 1
    return x.reshape(*x.shape[:axis], 1, *x.shape[axis:])


@KERNELS.add(ops.SQUEEZE)
def squeeze(x: Any, *, squeeze_dims: tuple[int, ...]) -> Any:
    """A view without dimensions of size 1."""
    return np.squeeze(x, squeeze_dims or None)


def checked_permutation(x: Any, perm: Any) -> list[int]:
    """``perm`` as a list.

    Raises:
        SpecError: If it is no permutation of the dimensions of ``x``.
    """
    order: list[int] = perm.tolist()
    if perm.ndim != 1 or len(order) != x.ndim:
        raise ValueError  # the shape rule explains
    if any(not -x.ndim <= axis < x.ndim for axis in order) or len({axis % x.ndim for axis in order}) < x.ndim:
        raise SpecError(f"Transpose: perm {order} is not a permutation of 0..{x.ndim - 1}.")
    return order


@KERNELS.add(ops.TRANSPOSE)
def transpose(x: Any, perm: Any) -> Any:
    """A view with permuted strides."""
    return x.transpose(checked_permutation(x, perm))


@KERNELS.add(ops.CONJUGATE_TRANSPOSE)
def conjugate_transpose(x: Any, perm: Any) -> Any:
    """Permuted strides, conjugated elements."""
    turned = x.transpose(checked_permutation(x, perm))
    return np.conjugate(turned) if x.dtype.kind == "c" else turned  # numpy would make integers of booleans


@KERNELS.add(ops.RANGE)
def arange(start: Any, limit: Any, delta: Any) -> Any:
    """``start + i * delta``, computed in the result's type (16-bit floats in float32, rounded once)."""
    kind = start.dtype
    first, last, step = (value.reshape(()).item() for value in (start, limit, delta))
    if step == 0:
        raise SpecError("Range: delta must not be 0.")
    if (step > 0 and first > last) or (step < 0 and first < last):
        relation = "<=" if step > 0 else ">="
        raise SpecError(f"Range needs start {relation} limit for delta {step}, got start {first} and limit {last}.")
    if kind.kind in "iu":
        return np.arange(first, last, step, dtype=kind)
    count = int(np.ceil(abs((last - first) / step)))
    working: Any = np.float64 if kind == np.float64 else np.float32
    return (working(first) + np.arange(count, dtype=working) * working(step)).astype(kind, copy=False)


@KERNELS.add(ops.BROADCAST_TO)
def broadcast_to(x: Any, shape: Any) -> Any:
    """A view with strides of 0."""
    if shape.size and shape.min() < 0:
        raise SpecError(f"BroadcastTo {shape.tolist()}: sizes must not be negative.")
    return np.broadcast_to(x, tuple(shape.reshape(-1).tolist()))


@KERNELS.add(ops.BROADCAST_ARGS)
def broadcast_args(a: Any, b: Any) -> Any:
    """The shape that two shapes broadcast to."""
    return np.array(np.broadcast_shapes(tuple(a.tolist()), tuple(b.tolist())), a.dtype)


@KERNELS.add(ops.BROADCAST_GRADIENT_ARGS)
def broadcast_gradient_args(a: Any, b: Any) -> tuple[Any, Any]:
    """The dimensions along which the gradient of each operand of a broadcast is summed."""
    x, y = a.tolist(), b.tolist()
    if x == y:
        return np.zeros(0, a.dtype), np.zeros(0, a.dtype)
    ndim = max(len(x), len(y))
    x, y = [1] * (ndim - len(x)) + x, [1] * (ndim - len(y)) + y
    if any(m != n and 1 not in (m, n) for m, n in zip(x, y, strict=True)):
        raise SpecError(f"Incompatible shapes: {a.tolist()} and {b.tolist()} do not broadcast.")
    reduced = [[axis for axis, size in enumerate(sizes) if size == 1] for sizes in (x, y)]
    return np.array(reduced[0], a.dtype), np.array(reduced[1], a.dtype)


@KERNELS.add(ops.ENSURE_SHAPE)
def ensure_shape(x: Any, *, shape: TensorShape) -> Any:
    """``x`` if its shape fits."""
    if not shape.is_compatible_with(shape_of(x)):
        raise SpecError(
            f"The tensor's shape {TensorShape(shape_of(x))} is not compatible with the expected shape {shape}."
        )
    return x


@KERNELS.add(ops.BITCAST)
def bitcast(x: Any, *, type: DType) -> Any:
    """The same bytes as another type; sizes that differ add or take the last dimension."""
    target = type.numpy_dtype
    x = np.ascontiguousarray(x) if x.ndim else x
    if target.itemsize < x.dtype.itemsize:
        return x.reshape(*x.shape, 1).view(target)
    if target.itemsize == x.dtype.itemsize:
        return x.view(target)
    if not x.ndim or x.shape[-1] * x.dtype.itemsize != target.itemsize:
        raise ValueError  # the shape rule explains
    return x.view(target).reshape(x.shape[:-1])
