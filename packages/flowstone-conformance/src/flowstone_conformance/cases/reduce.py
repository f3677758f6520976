"""Cases for ``flowstone_core.ops.reduce``."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.op import Op
from flowstone_core.ops import reduce as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number, store
from flowstone_conformance.samples import COMPLEX, FLOATS, INTS, array, sample

INT64 = as_dtype("int64")

AXES: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((), ()),
    ((5,), (0,)),
    ((2, 3), (0,)),
    ((2, 3), (1,)),
    ((2, 3), (-1,)),
    ((2, 3), (0, 1)),
    ((2, 3, 4), (0, 2)),
    ((2, 3), ()),
    ((0, 3), (1,)),
    ((2, 37), (1,)),
)
"""Shapes with the axes that are reduced; the last has no size that a vector width divides."""

OVER_NOTHING = (((0, 3), (0,)), ((0,), (0,)))
"""Reductions of no elements, which give the neutral element."""


def reduction(function: Callable[[list[Any]], Any]) -> Callable[..., Array]:
    """A reference that applies a function of a list of numbers to each group of elements."""

    def reference(x: Array, axes: Array, keep_dims: bool = False) -> Array:
        reduced = {int(axis) % x.ndim for axis in np.atleast_1d(axes)} if x.ndim else set()
        kept = [axis for axis in range(x.ndim) if axis not in reduced]
        values = []
        for place in indices([x.shape[axis] for axis in kept]):
            where = dict(zip(kept, place, strict=True))
            rest = [range(x.shape[axis]) if axis in reduced else (where[axis],) for axis in range(x.ndim)]
            values.append(function([number(x[index]) for index in itertools.product(*rest)]))
        shape = [1 if axis in reduced else x.shape[axis] for axis in range(x.ndim) if keep_dims or axis not in reduced]
        result = np.array(values, bool) if x.dtype.kind == "b" else store(values, x.dtype)
        return result.reshape(shape)

    return reference


def total(values: list[Any]) -> Any:
    """The exact sum."""
    return math.fsum(values) if values and isinstance(values[0], float) else sum(values)


def mean(values: list[Any]) -> Any:
    """The mean; of integers rounded towards zero."""
    return math.trunc(sum(values) / len(values)) if isinstance(values[0], int) else total(values) / len(values)


def extreme(choose: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    """The largest or smallest; NaN if there is one."""
    return lambda values: math.nan if any(value != value for value in values) else choose(values)


def place_of(choose: Callable[[Sequence[Any]], Any]) -> Callable[..., Array]:
    """The first place of the largest or smallest along an axis."""

    def reference(x: Array, dimension: Array, output_type: DType = INT64) -> Array:
        axis = int(dimension) % x.ndim
        shape = [size for i, size in enumerate(x.shape) if i != axis]
        values = []
        for place in indices(shape):
            line = [number(x[(*place[:axis], i, *place[axis:])]) for i in range(x.shape[axis])]
            values.append(line.index(choose(line)))
        return store(values, output_type.numpy_dtype).reshape(shape)

    return reference


REDUCTIONS: dict[Op, tuple[Callable[[list[Any]], Any], tuple[str, ...]]] = {
    ops.SUM: (total, (*FLOATS, *INTS, *COMPLEX)),
    ops.PROD: (math.prod, ("float32", "float64", "int32", "int64", *COMPLEX)),
    ops.MEAN: (mean, (*FLOATS, "int32", *COMPLEX)),
    ops.MAX: (extreme(max), (*FLOATS, *INTS)),
    ops.MIN: (extreme(min), (*FLOATS, *INTS)),
    ops.EUCLIDEAN_NORM: (
        lambda values: math.sqrt(math.fsum(value * value for value in values)),
        ("float32", "float64"),
    ),
}
LOGIC: dict[Op, Callable[[list[Any]], Any]] = {ops.ALL: all, ops.ANY: any}


def axes_of(axes: tuple[int, ...], dtype: str = "int32") -> Array:
    """A 1-d operand of axes."""
    return array(np.array(axes, "int64"), dtype)


CASES = [
    *(
        Case(
            op, (sample(shape, dtype, -2.0, 2.0), axes_of(axes)), reduction(function), {"keep_dims": keep}, tolerance=4
        )
        for op, (function, dtypes) in REDUCTIONS.items()
        for dtype in dtypes
        for shape, axes in AXES
        for keep in (False, True)
        if dtype == "float32" or (shape, keep) in (((2, 3), False), ((2, 3, 4), True), ((2, 37), False))
    ),
    *(
        Case(op, (sample(shape, dtype), axes_of(axes, "int64")), reduction(function), note="of nothing")
        for op, function, dtype in (
            (ops.SUM, total, "float32"),
            (ops.PROD, math.prod, "float32"),
            (ops.MAX, lambda values: -math.inf, "float32"),
            (ops.MIN, lambda values: math.inf, "float32"),
            (ops.MEAN, lambda values: math.nan, "float32"),
            (ops.ALL, all, "bool"),
            (ops.ANY, any, "bool"),
        )
        for shape, axes in OVER_NOTHING
    ),
    *(
        Case(
            op,
            (array([[1.0, math.nan, 2.0], [3.0, 4.0, math.inf]], "float32"), axes_of((1,))),
            reduction(function),
            note="special",
        )
        for op, (function, _) in REDUCTIONS.items()
        if op in (ops.SUM, ops.MAX, ops.MIN, ops.MEAN)
    ),
    *(
        Case(op, (sample(shape, "bool"), axes_of(axes)), reduction(function), {"keep_dims": keep})
        for op, function in LOGIC.items()
        for shape, axes in AXES
        for keep in (False, True)
    ),
    *(
        Case(op, (sample(shape, dtype), np.array(axis, "int32")), place_of(choose), {"output_type": as_dtype(out)})
        for op, choose in ((ops.ARG_MAX, max), (ops.ARG_MIN, min))
        for dtype in (*FLOATS, "int32", "uint8")
        for shape, axis in (((5,), 0), ((2, 3), 1), ((2, 3), 0), ((2, 3, 4), -2))
        for out in ("int32", "int64")
        if dtype == "float32" or out == "int64"
    ),
]
