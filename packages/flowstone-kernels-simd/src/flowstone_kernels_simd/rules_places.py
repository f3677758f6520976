"""How positions are lowered: the place of the largest element, one-hot rows, bands and diagonals of matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd.ir import FLOATS
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.rules_math import NUMBERS, REALS, refuse_types
from flowstone_kernels_simd.rules_reduce import First
from flowstone_kernels_simd.values import Unsupported, Value, View


def _numbers(low: Lowering, count: int, rank: int, axis: int, dtype: str = "int32") -> Value:
    """0, 1, 2, ... along one axis."""
    shape = [1] * rank
    shape[axis] = count
    return low.reshape(low.array(np.arange(count, dtype=dtype)), tuple(shape))


@rule("ArgMax", "ArgMin", widened=True)
def _extreme_place(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value: Value = inputs[0]
    shape, out = low.shape_of(node), node.outputs[0].dtype.name
    rank = len(value.shape)
    axis = int(low.known(node.inputs[1])) % max(1, rank)
    if value.size == 0 or rank == 0:
        raise Unsupported("the largest of nothing")
    largest = node.op.name == "ArgMax"
    if value.dtype in FLOATS:
        worst = low.number(value.dtype, -math.inf if largest else math.inf)
        nan = low.op("IsNan", value, dtype="bool")
        value = low.op("SelectV2", nan, worst, value, dtype=value.dtype, of=value.dtype)
    extreme = low.reduce("max" if largest else "min", value, [axis])
    here = low.op("Equal", value, extreme, dtype="bool")
    count = value.shape[axis]
    places = low.op(
        "SelectV2", here, _numbers(low, count, rank, axis), low.number("int32", count), dtype="int32", of="int32"
    )
    found = low.reshape(low.reduce("min", places, [axis]), shape)
    return found if out == "int32" else low.op("Cast", found, dtype=out, to=out)


for _name in ("ArgMax", "ArgMin"):
    REFUSALS[_name] = lambda node: refuse_types(NUMBERS)(First(node))


@rule("OneHot", widened=False)
def _one_hot(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    indices, _, on, off = inputs
    depth = int(low.known(node.inputs[1]))
    shape = low.shape_of(node)
    axis = node.attrs["axis"] % len(shape)
    if 0 in shape:
        return low.spread(low.number(on.dtype, 0), shape)
    if indices.dtype in ("uint8", "int8"):
        indices = low.op("Cast", indices, dtype="int32", to="int32")
    spread = low.reshape(indices, (*shape[:axis], 1, *shape[axis + 1 :]))
    here = low.op("Equal", spread, _numbers(low, depth, len(shape), axis, indices.dtype), dtype="bool")
    on, off = low.reshape(on, ()), low.reshape(off, ())
    return low.op("SelectV2", here, on, off, dtype=on.dtype, of=on.dtype)


def _rows_and_columns(low: Lowering, shape: tuple[int, ...]) -> tuple[Value, Value]:
    rank = len(shape)
    return _numbers(low, shape[-2], rank, rank - 2), _numbers(low, shape[-1], rank, rank - 1)


@rule("MatrixBandPart", widened=False)
def _band(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value: Value = inputs[0]
    lower, upper = (int(low.known(tensor)) for tensor in node.inputs[1:])
    rows, columns = _rows_and_columns(low, value.shape)
    below = low.op("Sub", rows, columns)
    zero = low.number(value.dtype, 0)
    for limit, distance in ((lower, below), (upper, low.op("Neg", below))):
        if limit >= 0:
            beyond = low.op("Greater", distance, low.number("int32", limit), dtype="bool")
            value = low.op("SelectV2", beyond, zero, value, dtype=value.dtype, of=value.dtype)
    return value


@rule("MatrixDiag", "MatrixSetDiag", widened=False)
def _with_diagonal(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    shape = low.shape_of(node)
    if 0 in shape:
        raise Unsupported("matrices of nothing")
    diagonal: Value = inputs[-1]
    rest = inputs[0] if len(inputs) == 2 else low.number(diagonal.dtype, 0)
    rows, columns = _rows_and_columns(low, shape)
    here = low.op("Equal", rows, columns, dtype="bool")
    wide = shape[-1] >= shape[-2]  # the diagonal is as long as the shorter side
    placed = low.reshape(diagonal, (*shape[:-2], shape[-2], 1) if wide else (*shape[:-2], 1, shape[-1]))
    return low.op("SelectV2", here, placed, rest, dtype=diagonal.dtype, of=diagonal.dtype)


@rule("MatrixDiagPart", widened=False)
def _diagonal(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    whole = low.contiguous(inputs[0])
    shape = low.shape_of(node)
    columns = whole.shape[-1]

    def change(view: View) -> View:
        outer = view.strides[:-2]
        return View(view.buffer, shape, (*outer, 0 if shape[-1] == 1 else columns + 1), view.offset)

    if 0 in whole.shape:
        return low.spread(low.number(whole.dtype, 0), shape)
    return low.view(whole, shape, change)


@rule("EuclideanNorm", widened=True)
def _norm(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value: Value = inputs[0]
    axes = [int(axis) for axis in low.known(node.inputs[1]).reshape(-1)]
    if value.size == 0:
        raise Unsupported("reductions of nothing")
    total = low.reduce("sum", low.op("Square", value), axes)
    return low.reshape(low.op("Sqrt", total), low.shape_of(node))


REFUSALS["EuclideanNorm"] = lambda node: refuse_types(REALS)(First(node))
