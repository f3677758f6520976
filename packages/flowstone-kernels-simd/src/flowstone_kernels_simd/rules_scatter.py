"""How scattering is lowered: gradients of gathers and slices, updates of slices, sums of segments.

Slices are taken in the order of the indices, so that a result does not depend on threads. An index that is out of
range ends the program before anything is written; kernels then say what is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flowstone_core import slicing
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd.cpu import cpu
from flowstone_kernels_simd.ir import FLOATS, SCALARS, SIZES, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.rules_array import axes_of, moving_place
from flowstone_kernels_simd.rules_math import NUMBERS
from flowstone_kernels_simd.values import Call, Shape, Unsupported, Value, contiguous_strides
from flowstone_kernels_simd.vectors import Vectors

_INDICES = ("int32", "int64")

Combine = Callable[[Vectors, str, str, str], str]
"""``combine(vectors, dtype, what is there, what comes)``."""

_UPDATES: dict[str, Combine] = {
    "add": Vectors.plus,
    "sub": Vectors.minus,
    "mul": Vectors.times,
    "min": Vectors.smaller,
    "max": Vectors.larger,
    "put": lambda v, t, old, new: new,
}


def _each_slice(v: Vectors, dtype: str, length: int, source: str, target: str, combine: Combine) -> None:
    """Combine neighbours in memory with neighbours in memory."""
    one = SCALARS[dtype]
    whole = length - length % v.lanes

    def step(index: str | int, mask: str | None) -> None:
        to = v.element(one, target, index)
        new = v.load(dtype, v.element(one, source, index), mask)
        v.store(dtype, combine(v, dtype, v.load(dtype, to, mask), new), to, mask)

    if length == 1:
        old, new = v.load_one(dtype, target), v.load_one(dtype, source)
        v.store_one(dtype, combine(v, dtype, old, new), target)
        return
    if whole:
        with v.loop(0, whole, v.lanes) as index:
            step(index, None)
    if length % v.lanes:
        step(whole, v.first_lanes(length % v.lanes))


def scatter(
    low: Lowering,
    base: Value,
    indices: Value,
    updates: Value,
    sizes: Shape,
    how: str,
    skip: str = "",
) -> Value:
    """``base`` with slices of it changed.

    Args:
        low: The lowering.
        base: An array whose first axes have these sizes.
        indices: ``[..., len(sizes)]``.
        updates: A slice for each index.
        sizes: The sizes of the axes that indices name.
        how: One of ``_UPDATES``.
        skip: Which indices are passed over: ``"negative"`` ones, or ``"wrong"`` ones.
    """
    if base.size == 0 or updates.size == 0:
        raise Unsupported("scattering of nothing")
    indices, updates = low.contiguous(indices), low.contiguous(updates)
    start = low.contiguous(base)
    depth, length = len(sizes), math.prod(base.shape[len(sizes) :])
    count = indices.size // max(1, depth)
    steps = contiguous_strides((*sizes, length))[:depth]
    if updates.size != count * length:
        raise Unsupported("updates of another shape")

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        v = Vectors(module, cpu().lanes)
        one, kind = SCALARS[base.dtype], SCALARS[indices.dtype]
        result, bad = (base_address(v, output.locate()) for output in outputs)
        size = base.size * SIZES[base.dtype]
        v.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {result}, ptr {base_address(v, start.locate())}, i64 {size}, i1 0)")
        numbers, source = base_address(v, indices.locate()), base_address(v, updates.locate())
        v.do(f"store i8 0, ptr {bad}")
        with v.loop(0, count) as item:
            offset: str | int = 0
            wrong, left_out = "false", "false"
            for axis, (extent, step) in enumerate(zip(sizes, steps, strict=True)):
                index = v.value(f"load {kind}, ptr {v.element(kind, numbers, v.add(v.mul(item, depth), axis))}")
                if kind != "i64":
                    index = v.value(f"sext {kind} {index} to i64")
                outside = v.value(f"icmp uge i64 {index}, {extent}")
                if skip == "wrong":
                    left_out, outside = v.value(f"or i1 {left_out}, {outside}"), "false"
                elif skip:
                    left_out = v.value(f"icmp slt i64 {index}, 0")
                    outside = v.value(f"icmp sge i64 {index}, {extent}")
                wrong = v.value(f"or i1 {wrong}, {outside}")
                offset = v.add(offset, v.mul(index, step))
            with v.when(wrong):
                v.do(f"store i8 1, ptr {bad}")
            with v.when(v.value(f"xor i1 {v.value(f'or i1 {wrong}, {left_out}')}, true")):
                from_ = v.element(one, source, v.mul(item, length))
                _each_slice(v, base.dtype, length, from_, v.element(one, result, offset), _UPDATES[how])
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, 1, 1, base.size * 0.1 + count * (5 + length * 0.2))

    made, bad = low.stage([start, indices, updates], [(base.shape, base.dtype), ((), "bool")], write)
    low.checks.append(bad)
    return made


def _filled(low: Lowering, dtype: str, number: Any, shape: Shape) -> Value:
    return low.spread(low.number(dtype, number), shape)


@rule("ScatterNd")
def _scatter_nd(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    indices, updates, _ = inputs
    shape = low.shape_of(node)
    sizes = shape[: indices.shape[-1]]
    return scatter(low, _filled(low, updates.dtype, 0, shape), indices, updates, sizes, "add", _skip(node))


_TENSOR = {"Update": "put", "Add": "add", "Sub": "sub", "Min": "min", "Max": "max"}


@rule(*[f"TensorScatter{word}" for word in _TENSOR], "ScatterNdNonAliasingAdd")
def _tensor_scatter(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    base, indices, updates = inputs
    how = _TENSOR.get(node.op.name.removeprefix("TensorScatter"), "add")
    return scatter(low, base, indices, updates, base.shape[: indices.shape[-1]], how, _skip(node))


def _skip(node: Node) -> str:
    return "wrong" if node.attrs.get("bad_indices_policy") == "IGNORE" else ""


_SEGMENTS = {"Sum": "add", "Prod": "mul", "Min": "min", "Max": "max"}


@rule(*[f"UnsortedSegment{word}" for word in _SEGMENTS])
def _unsorted_segments(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    data, ids, _ = inputs
    word = node.op.name.removeprefix("UnsortedSegment")
    shape = low.shape_of(node)
    base = _filled(low, data.dtype, _missing(word, data.dtype), shape)
    return scatter(low, base, ids, data, shape[:1], _SEGMENTS[word], skip="negative")


def _missing(word: str, dtype: str) -> Any:
    """What a segment without elements is."""
    if word in ("Sum", "Prod"):
        return int(word == "Prod")
    limits = np.finfo(dtype) if dtype in FLOATS else np.iinfo(dtype)
    return limits.max if word == "Min" else limits.min


def _refuse(node: Node) -> str | None:
    indices = node.inputs[0] if node.op.name == "ScatterNd" else node.inputs[1]
    if indices.dtype.name not in _INDICES:
        return f"{indices.dtype.name} indices"
    if node.outputs[0].dtype.name not in NUMBERS and node.op.name != "TensorScatterUpdate":
        return f"{node.outputs[0].dtype.name} operands"
    if node.op.name == "GatherNd" and node.attrs["bad_indices_policy"] == "IGNORE":
        return "indices that may be out of range"
    return None


for _name in (
    *("ScatterNd", "ScatterNdNonAliasingAdd", "GatherNd"),
    *(f"TensorScatter{word}" for word in _TENSOR),
    *(f"UnsortedSegment{word}" for word in _SEGMENTS),
):
    REFUSALS[_name] = _refuse


@rule("GatherNd")
def _gather_nd(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    params, indices = (low.contiguous(value) for value in inputs)
    shape = low.shape_of(node)
    depth = indices.shape[-1]
    if 0 in shape or params.size == 0 or depth == 0:
        raise Unsupported("gathering of nothing")
    length = math.prod(params.shape[depth:])
    count = indices.size // depth
    steps = contiguous_strides(params.shape)[:depth]
    sizes = params.shape[:depth]

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        v = Vectors(module, 1)
        one, kind = SCALARS[params.dtype], SCALARS[indices.dtype]
        target, bad = (base_address(v, output.locate()) for output in outputs)
        source, numbers = base_address(v, params.locate()), base_address(v, indices.locate())
        v.do(f"store i8 0, ptr {bad}")
        with v.loop(0, count) as item:
            offset: str | int = 0
            wrong = "false"
            for axis, (extent, step) in enumerate(zip(sizes, steps, strict=True)):
                index = v.value(f"load {kind}, ptr {v.element(kind, numbers, v.add(v.mul(item, depth), axis))}")
                if kind != "i64":
                    index = v.value(f"sext {kind} {index} to i64")
                outside = v.value(f"icmp uge i64 {index}, {extent}")
                wrong = v.value(f"or i1 {wrong}, {outside}")
                offset = v.add(offset, v.mul(index, step))
            with v.when(wrong):
                v.do(f"store i8 1, ptr {bad}")
            with v.when(v.value(f"xor i1 {wrong}, true")):
                from_, to = v.element(one, source, offset), v.element(one, target, v.mul(item, length))
                size = length * SIZES[params.dtype]
                v.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {to}, ptr {from_}, i64 {size}, i1 false)")
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, 1, 1, count * (8 + length * 0.1))

    made, bad = low.stage([params, indices], [(shape, params.dtype), ((), "bool")], write)
    low.checks.append(bad)
    return made


@rule("StridedSliceGrad")
def _strided_slice_grad(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    begin, end = (low.partly_known(tensor) for tensor in node.inputs[1:3])
    strides = low.known(node.inputs[3]).tolist()
    masks = slicing.Masks(*[node.attrs[name] for name in slicing.Masks._fields])
    moving = [entry for entry, place in enumerate(begin) if place is None and masks.shrink_axis_mask >> entry & 1]
    for entry in moving:
        begin[entry], end[entry] = 0, 1
    if None in begin or None in end:
        raise Unsupported("the gradient of a slice whose ends are only known at the run")
    shape = low.shape_of(node)
    parts = slicing.resolve(shape, begin, end, strides, masks)
    offset, axis = 0, 0
    sizes: list[int] = []
    moves: list[int] = []
    for part in parts:
        if part.kind == "new":
            continue
        step = math.prod(shape[axis + 1 :])
        offset += (part.start or 0) * step
        if part.kind == "keep":
            sizes.append(part.size or 0)
            moves.append(step * (part.step or 1))
        axis += 1
    dy = low.contiguous(inputs[4])
    if dy.size != math.prod(sizes):
        raise Unsupported("the gradient of a slice of another shape")
    places = low.contiguous(inputs[1])
    axes = axes_of(shape, masks, len(begin), moving)
    return _in_box(low, dy, shape, sizes, moves, offset, places, axes)


def _in_box(
    low: Lowering,
    value: Value,
    shape: Shape,
    sizes: list[int],
    moves: list[int],
    offset: int,
    places: Value,
    axes: dict[int, int],
) -> Value:
    """Zeros, with a value where a slice (of these sizes and distances) is.

    Args:
        low: The lowering.
        value: What is there.
        shape: The shape of the whole.
        sizes: The sizes of the slice.
        moves: Its distances.
        offset: Where it begins, but for what moves.
        places: Where it begins along axes that are only known at the run.
        axes: By the axis: which of these it is.
    """
    last = sizes.pop() if sizes else 1
    move = moves.pop() if moves else 1
    while sizes and move == 1 and moves[-1] == last:  # neighbours: one stretch
        last *= sizes.pop()
        moves.pop()

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        module.declare("void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
        v = Vectors(module, 1)
        one, item = SCALARS[value.dtype], SIZES[value.dtype]
        result = base_address(v, outputs[0].locate())
        v.do(f"call void @llvm.memset.p0.i64(ptr {result}, i8 0, i64 {math.prod(shape) * item}, i1 false)")
        source, start = base_address(v, value.locate()), v.element(one, result, offset)
        wrong = "false"
        for axis, entry in axes.items():
            moved, outside = moving_place(v, places, entry, shape[axis])
            wrong = v.value(f"or i1 {wrong}, {outside}")
            start = v.element(one, start, v.mul(moved, math.prod(shape[axis + 1 :])))
        v.do(f"store i8 {v.value(f'zext i1 {wrong} to i8')}, ptr {base_address(v, outputs[1].locate())}")
        rows = v.value(f"select i1 {wrong}, i64 0, i64 {math.prod(sizes) if value.size else 0}")
        with v.loop(0, rows) as number:
            rest: str | int = number
            target = start
            for extent, step in reversed(list(zip(sizes, moves, strict=True))):
                place = v.value(f"urem i64 {rest}, {extent}")
                rest = v.value(f"udiv i64 {rest}, {extent}")
                target = v.element(one, target, v.mul(place, step))
            from_ = v.element(one, source, v.mul(number, last))
            if move == 1:
                v.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {from_}, i64 {last * item}, i1 false)")
            else:
                with v.loop(0, last) as index:
                    got = v.value(f"load {one}, ptr {v.element(one, from_, index)}")
                    v.do(f"store {one} {got}, ptr {v.element(one, target, v.mul(index, move))}")
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, 1, 1, 10 + math.prod(shape) * 0.1 + value.size * 0.2)

    made, bad = low.stage([value, places], [(shape, value.dtype), ((), "bool")], write)
    if axes:
        low.checks.append(bad)
    return made


@rule("VariableShape")
def _variable_shape(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    return low.array(np.array(inputs[0].value.shape, node.outputs[0].dtype.numpy_dtype))
