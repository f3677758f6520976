"""Cases for ``flowstone_core.ops.nn``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flowstone_core.ops import nn as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, gathered, indices, number, store
from flowstone_conformance.samples import FLOATS, array, sample

NUMBERS = (*FLOATS, "int32", "complex64")


def channel_axis(rank: int, data_format: str) -> int:
    """Where the channels are: last, or behind the batch."""
    return 1 if data_format == "NCHW" and rank > 2 else rank - 1


def bias_add(value: Array, bias: Array, data_format: str = "NHWC") -> Array:
    """The bias of its channel added to each element."""
    axis = channel_axis(value.ndim, data_format)
    sums = [number(value[index]) + number(bias[index[axis]]) for index in indices(value.shape)]
    return store(sums, value.dtype).reshape(value.shape)


def bias_add_grad(gradient: Array, data_format: str = "NHWC") -> Array:
    """The sum over everything but the channels."""
    axis = channel_axis(gradient.ndim, data_format)
    sums: list[Any] = [0] * gradient.shape[axis]
    for index in indices(gradient.shape):
        sums[index[axis]] += number(gradient[index])
    return store(sums, gradient.dtype)


def l2_loss(t: Array) -> Array:
    """Half the sum of squares."""
    return store([math.fsum(number(t[index]) ** 2 for index in indices(t.shape)) / 2], t.dtype).reshape(())


def in_top_k(predictions: Array, targets: Array, k: Any) -> Array:
    """Whether fewer than ``k`` classes are rated above the target, all of them finite."""

    def hit(index: tuple[int, ...]) -> bool:
        row, target = [number(value) for value in predictions[index]], int(targets[index])
        return sum(value > row[target] for value in row) < int(k)

    return gathered(targets.shape, np.dtype(bool), hit)


def top_k(x: Array, k: Any, **sorting: bool) -> tuple[Array, Array]:
    """The largest of each row in falling order, the earlier first among equals, and their places."""
    values = np.empty((*x.shape[:-1], int(k)), x.dtype)
    places = np.empty(values.shape, "int32")
    for row in indices(x.shape[:-1]):
        line = [number(x[(*row, i)]) for i in range(x.shape[-1])]
        for place, i in enumerate(sorted(range(len(line)), key=lambda i, line=line: (-line[i], i))[: int(k)]):  # type: ignore[misc]
            values[(*row, place)], places[(*row, place)] = x[(*row, i)], i
    return values, places


CASES = [
    *(
        Case(
            ops.BIAS_ADD,
            (sample(shape, dtype), sample(shape[axis : axis + 1], dtype, seed=1)),
            bias_add,
            {"data_format": form},
        )
        for dtype in NUMBERS
        for shape, axis, form in (
            ((2, 3), 1, "NHWC"),
            ((2, 2, 2, 3), 3, "NHWC"),
            ((2, 3, 2, 2), 1, "NCHW"),
            ((0, 3), 1, "NHWC"),
        )
    ),
    *(
        Case(ops.BIAS_ADD_GRAD, (sample(shape, dtype),), bias_add_grad, {"data_format": form}, tolerance=4)
        for dtype in NUMBERS
        for shape, form in (((2, 3), "NHWC"), ((2, 2, 2, 3), "NHWC"), ((2, 3, 2, 2), "NCHW"))
    ),
    *(Case(ops.BIAS_ADD_V1, (sample((2, 3), dtype), sample((3,), dtype, seed=1)), bias_add) for dtype in NUMBERS),
    *(
        Case(ops.L2_LOSS, (sample(shape, dtype),), l2_loss, tolerance=4)
        for dtype in FLOATS
        for shape in ((), (2, 3), (0,))
    ),
    *(
        Case(ops.IN_TOP_K_V2, (sample((3, 4), "float32"), array([1, 0, 3], kind), array(k, kind)), in_top_k)
        for kind in ("int32", "int64")
        for k in (1, 2, 4)
    ),
    *(Case(ops.IN_TOP_K, (sample((3, 4), "float32"), array([1, 0, 3], "int32")), in_top_k, {"k": k}) for k in (1, 3)),
    *(
        Case(ops.TOP_K_V2, (operand, np.array(k, "int32")), top_k)
        for dtype in (*FLOATS, "int32", "uint8")
        for operand, k in (
            (sample((5,), dtype), 2),
            (sample((2, 5), dtype), 5),
            (array([[1, 3, 3, 2, 3]], dtype), 3),
            (sample((2, 5), dtype), 0),
        )
    ),
    Case(ops.TOP_K, (sample((2, 5), "float32"),), top_k, {"k": 2}),
]
