"""Cases for ``flowstone_core.ops.array``."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.op import Op
from flowstone_core.ops import array as ops
from numpy.typing import NDArray

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, at, broadcast, gathered, indices, store
from flowstone_conformance.samples import COMPLEX, array, sample

TYPES = ("float32", "float64", "bfloat16", "int32", "int8", "bool", "complex64")
SHAPES = ((), (3,), (2, 3), (0, 2), (1, 3, 1))
INT32, INT64 = as_dtype("int32"), as_dtype("int64")


def vector(values: Any, dtype: str = "int32") -> NDArray[Any]:
    """A 1-d operand of indices or sizes."""
    return array(np.array(values, dtype="int64"), dtype)


def same(x: Array, **_: Any) -> Array:
    """The operand."""
    return x.copy()


def shape_of(x: Array, out_type: DType = INT32) -> Array:
    """The sizes."""
    return store(x.shape, out_type.numpy_dtype)


def size_of(x: Array, out_type: DType = INT32) -> Array:
    """The number of elements."""
    return store([math.prod(x.shape)], out_type.numpy_dtype).reshape(())


def rank_of(x: Array) -> Array:
    """The number of dimensions."""
    return np.array(x.ndim, "int32")


def refilled(x: Array, shape: Any) -> Array:
    """The elements in their order, in another shape."""
    out = np.empty(tuple(shape), x.dtype)
    for place, source in zip(indices(out.shape), indices(x.shape), strict=True):
        out[place] = x[source]
    return out


def reshape(x: Array, shape: Array) -> Array:
    """Reshape; -1 stands for what is left."""
    known = math.prod(int(size) for size in shape if size != -1)
    return refilled(x, [int(size) if size != -1 else x.size // known for size in shape])


def expand_dims(x: Array, dim: Array) -> Array:
    """A dimension of size 1 before ``dim``, counted in the result."""
    place = int(dim.reshape(-1)[0])
    shape = list(x.shape)
    shape.insert(place if place >= 0 else place + x.ndim + 1, 1)
    return refilled(x, shape)


def squeeze(x: Array, squeeze_dims: tuple[int, ...] = ()) -> Array:
    """Without dimensions of size 1."""
    dropped = [axis % x.ndim for axis in squeeze_dims] or [axis for axis, size in enumerate(x.shape) if size == 1]
    return refilled(x, [size for axis, size in enumerate(x.shape) if axis not in dropped])


def transpose(x: Array, perm: Array) -> Array:
    """``out[i] = x[i permuted]``."""
    order = [int(axis) for axis in perm]

    def source(index: tuple[int, ...]) -> Any:
        where = dict(zip(order, index, strict=True))
        return x[tuple(where[axis] for axis in range(x.ndim))]

    return gathered([x.shape[axis] for axis in order], x.dtype, source)


def conjugate_transpose(x: Array, perm: Array) -> Array:
    """The conjugate of the transpose."""
    turned = transpose(x, perm)
    return gathered(turned.shape, x.dtype, lambda index: turned[index].conjugate()) if x.dtype.kind == "c" else turned


def broadcast_to(x: Array, shape: Array) -> Array:
    """The operand stretched to a shape."""
    sizes = tuple(int(size) for size in shape)
    if x.dtype.kind == "b" or not math.prod(sizes):
        return gathered(sizes, x.dtype, lambda index: at(x, index))
    return store([at(x, index) for index in indices(sizes)], x.dtype).reshape(sizes)


def broadcast_args(s0: Array, s1: Array) -> Array:
    """The shape that two shapes broadcast to."""
    return store(broadcast(s0.tolist(), s1.tolist()), s0.dtype)


def broadcast_gradient_args(s0: Array, s1: Array) -> tuple[Array, Array]:
    """The dimensions along which each operand was stretched."""
    rank = max(len(s0), len(s1))
    first, second = ([1] * (rank - len(s)) + s.tolist() for s in (s0, s1))
    axes: tuple[list[int], list[int]] = ([], [])
    for axis, (a, b) in enumerate(zip(first, second, strict=True)):
        if (a == 1 and b != 1) or (axis < rank - len(s0)) or (a == b == 1):
            axes[0].append(axis)
        if (b == 1 and a != 1) or (axis < rank - len(s1)) or (a == b == 1):
            axes[1].append(axis)
    return store(axes[0], s0.dtype), store(axes[1], s0.dtype)


def arithmetic(start: Array, limit: Array, delta: Array) -> Array:
    """``start``, ``start + delta``, ... before ``limit``."""
    first, last, step = (value.item() for value in (start, limit, delta))
    count = max(0, math.ceil((last - first) / step))
    return store([first + i * step for i in range(count)], start.dtype)


UNCHANGED: tuple[Op, ...] = (ops.IDENTITY, ops.SNAPSHOT, ops.STOP_GRADIENT, ops.PREVENT_GRADIENT, ops.GUARANTEE_CONST)

CASES = [
    *(Case(op, (sample(shape, dtype),), same) for op in UNCHANGED for dtype in TYPES[:3] for shape in SHAPES),
    *(Case(ops.CHECK_NUMERICS, (sample(shape, "float32"),), same, {"message": "here"}) for shape in SHAPES),
    *(
        Case(op, (sample(shape, dtype),), reference, {"out_type": out_type})
        for op, reference in ((ops.SHAPE, shape_of), (ops.SIZE, size_of))
        for dtype in TYPES
        for shape in SHAPES
        for out_type in (INT32, INT64)
        if dtype == "float32" or shape == (2, 3)
    ),
    *(Case(ops.RANK, (sample(shape, dtype),), rank_of) for dtype in TYPES[:2] for shape in SHAPES),
    *(
        Case(ops.RESHAPE, (sample(source, dtype), vector(target, index)), reshape)
        for dtype in TYPES
        for source, target in (((2, 6), (3, 4)), ((2, 6), (-1, 2, 2)), ((), (1, 1)), ((0, 3), (3, 0)), ((1,), ()))
        for index in ("int32", "int64")
    ),
    *(
        Case(ops.EXPAND_DIMS, (sample((2, 3), dtype), np.array(axis, "int32")), expand_dims)
        for dtype in TYPES[:4]
        for axis in (0, 1, 2, -1, -3)
    ),
    *(
        Case(ops.SQUEEZE, (sample((1, 3, 1), dtype),), squeeze, {"squeeze_dims": axes})
        for dtype in TYPES[:4]
        for axes in ((), (0,), (-1,), (0, 2))
    ),
    *(
        Case(op, (sample(shape, dtype), vector(perm, index)), reference)
        for op, reference in ((ops.TRANSPOSE, transpose), (ops.CONJUGATE_TRANSPOSE, conjugate_transpose))
        for dtype in (*TYPES, *COMPLEX[1:])
        for shape, perm in (((2, 3), (1, 0)), ((2, 3, 4), (2, 0, 1)), ((0, 2, 3), (1, 2, 0)), ((), ()))
        for index in ("int32", "int64")
        if index == "int32" or dtype == "float32"
    ),
    *(
        Case(ops.BROADCAST_TO, (sample(source, dtype), vector(target)), broadcast_to)
        for dtype in TYPES
        for source, target in (((), (2, 3)), ((3,), (2, 3)), ((2, 1), (2, 3)), ((1,), (0,)), ((2, 3), (2, 3)))
    ),
    *(
        Case(op, (vector(s0, index), vector(s1, index)), reference)
        for op, reference in (
            (ops.BROADCAST_ARGS, broadcast_args),
            (ops.BROADCAST_GRADIENT_ARGS, broadcast_gradient_args),
        )
        for s0, s1 in (((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2,)), ((4,), (4,)))
        for index in ("int32", "int64")
    ),
    *(
        Case(ops.RANGE, tuple(array(value, dtype) for value in values), arithmetic)
        for dtype in ("int32", "int64", "float32", "float64")
        for values in itertools.chain(((0, 5, 1), (5, 0, -2), (3, 3, 1), (1, 10, 3)))
    ),
]
