"""How ops that only move elements are lowered: mostly they become another way of looking at the same memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flowstone_core import slicing
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd.ir import SCALARS, SIZES, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import Lowering, rule
from flowstone_kernels_simd.values import Buffer, Call, Unsupported, Value, View, contiguous_strides
from flowstone_kernels_simd.vectors import Vectors


@rule("Reshape", "Squeeze", "ExpandDims", "EnsureShape", widened=False)
def _reshape(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    return low.reshape(inputs[0], low.shape_of(node))


@rule("BroadcastTo", widened=False)
def _broadcast(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    return low.spread(inputs[0], low.shape_of(node))


@rule("Transpose", "ConjugateTranspose", widened=False)
def _transpose(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    order = [int(axis) % max(1, len(inputs[0].shape)) for axis in low.known(node.inputs[1])]
    return permuted(low, inputs[0], order)


def permuted(low: Lowering, value: Value, order: list[int]) -> Value:
    """The axes in another order."""
    if value.op == "constant":
        return low.reshape(value, tuple(value.shape[axis] for axis in order))

    def change(view: View) -> View:
        shape = tuple(view.shape[axis] for axis in order)
        return View(view.buffer, shape, tuple(view.strides[axis] for axis in order), view.offset)

    return low.view(value, tuple(value.shape[axis] for axis in order), change)


@rule("StridedSlice", widened=False)
def _strided_slice(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    begin, end = (low.partly_known(tensor) for tensor in node.inputs[1:3])
    strides = low.known(node.inputs[3]).tolist()
    masks = slicing.Masks(*[node.attrs[name] for name in slicing.Masks._fields])
    moving = [entry for entry, place in enumerate(begin) if place is None and masks.shrink_axis_mask >> entry & 1]
    for entry in moving:
        begin[entry], end[entry] = 0, 1
    ranges = [entry for entry in range(len(begin)) if not masks.shrink_axis_mask >> entry & 1]
    if any(
        (begin[entry] is None and not masks.begin_mask >> entry & 1)
        or (end[entry] is None and not masks.end_mask >> entry & 1)
        for entry in ranges
    ):
        raise Unsupported("a slice whose ends are only known at the run")
    parts = slicing.resolve(inputs[0].shape, begin, end, strides, masks)
    if moving:
        return _moving_slice(low, inputs[0], inputs[1], axes_of(inputs[0].shape, masks, len(begin), moving), parts)
    return _sliced(low, inputs[0], parts, low.shape_of(node))


def axes_of(shape: tuple[int, ...], masks: slicing.Masks, count: int, entries: list[int]) -> dict[int, int]:
    """By the axis: which entry of a slice says which of its elements is taken."""
    found: dict[int, int] = {}
    axis = 0
    used = sum(1 for entry in range(count) if not (masks.ellipsis_mask | masks.new_axis_mask) >> entry & 1)
    for entry in range(count):
        if masks.ellipsis_mask >> entry & 1:
            axis += len(shape) - used
        elif not masks.new_axis_mask >> entry & 1:
            if entry in entries:
                found[axis] = entry
            axis += 1
    return found


def moving_place(v: Vectors, places: Value, entry: int, size: int) -> tuple[str, str]:
    """An entry of a vector as a place along an axis, and whether there is no such place."""
    kind = SCALARS[places.dtype]
    number = v.value(f"load {kind}, ptr {v.element(kind, base_address(v, places.locate()), entry)}")
    if kind != "i64":
        number = v.value(f"sext {kind} {number} to i64")
    below = v.value(f"icmp slt i64 {number}, 0")
    number = v.value(f"select i1 {below}, i64 {v.add(number, size)}, i64 {number}")
    return number, v.value(f"icmp uge i64 {number}, {size}")


def _moving_slice(low: Lowering, value: Value, begin: Value, axes: dict[int, int], parts: list[slicing.Part]) -> Value:
    """A slice with elements of some axes whose numbers are only known at the run: a copy of it."""
    value, begin = low.contiguous(value), low.contiguous(begin)
    if value.size == 0:
        raise Unsupported("a slice of nothing")
    steps = contiguous_strides(value.shape)
    # first the chosen elements along these axes, contiguous; then the rest of the slice is another view of that
    shape = tuple(1 if axis in axes else size for axis, size in enumerate(value.shape))
    last = max(axes)
    outer, length = math.prod(shape[:last]), math.prod(shape[last + 1 :])

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        v = Vectors(module, 1)
        one, item = SCALARS[value.dtype], SIZES[value.dtype]
        offset: str | int = 0
        wrong = "false"
        for axis, entry in axes.items():
            number, outside = moving_place(v, begin, entry, value.shape[axis])
            wrong = v.value(f"or i1 {wrong}, {outside}")
            offset = v.add(offset, v.mul(number, steps[axis]))
        v.do(f"store i8 {v.value(f'zext i1 {wrong} to i8')}, ptr {base_address(v, outputs[1].locate())}")
        with v.when(v.value(f"xor i1 {wrong}, true")):
            source = v.element(one, base_address(v, value.locate()), offset)
            target = base_address(v, outputs[0].locate())
            with v.loop(0, outer) as number:
                rest: str | int = number
                from_ = source
                for axis in reversed(range(last)):
                    if shape[axis] != 1:
                        place = v.value(f"urem i64 {rest}, {shape[axis]}")
                        rest = v.value(f"udiv i64 {rest}, {shape[axis]}")
                        from_ = v.element(one, from_, v.mul(place, steps[axis]))
                to = v.element(one, target, v.mul(number, length))
                if length == 1:
                    v.do(f"store {one} {v.value(f'load {one}, ptr {from_}')}, ptr {to}")
                else:
                    v.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {to}, ptr {from_}, i64 {length * item}, i1 false)")
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, 1, 1, 10 + outer * (5 + length * item / 16))

    chosen, bad = low.stage([value, begin], [(shape, value.dtype), ((), "bool")], write)
    low.checks.append(bad)
    return _sliced(low, chosen, parts, slicing.result_shape(parts))  # type: ignore[arg-type]


def _sliced(low: Lowering, value: Value, parts: list[slicing.Part], shape: tuple[int, ...]) -> Value:
    if value.op == "constant":
        value = low.copied(value)

    def change(view: View) -> View:
        axis, offset = 0, view.offset
        sizes, steps = [], []
        for part in parts:
            if part.kind == "new":
                sizes.append(1)
                steps.append(0)
                continue
            stride = view.strides[axis]
            axis += 1
            offset += (part.start or 0) * stride
            if part.kind == "keep":
                sizes.append(part.size or 0)
                steps.append(stride * (part.step or 1))
        return View(view.buffer, tuple(sizes), tuple(steps), offset)

    if 0 in shape:
        return low.spread(low.number(value.dtype, 0), shape)
    return low.view(value, shape, change)


@rule("Slice", widened=False)
def _slice(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    begin = low.known(node.inputs[1]).tolist()
    shape = low.shape_of(node)
    return section(low, inputs[0], begin, shape)


def section(low: Lowering, value: Value, begin: list[int], shape: tuple[int, ...]) -> Value:
    """A box of elements."""
    parts = [slicing.Part("keep", start, None, 1, size) for start, size in zip(begin, shape, strict=True)]
    return _sliced(low, value, parts, shape)


@rule("Pack", widened=False)
def _pack(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    axis = node.attrs["axis"] % len(low.shape_of(node))
    parts = [low.reshape(value, (*value.shape[:axis], 1, *value.shape[axis:])) for value in inputs[0]]
    return joined(low, parts, axis, low.shape_of(node))


@rule("ConcatV2", widened=False)
def _concat(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    axis = int(low.known(node.inputs[1])) % len(low.shape_of(node))
    parts = [part for part in inputs[0] if part.size]
    if not parts:
        return low.spread(low.number(inputs[0][0].dtype, 0), low.shape_of(node))
    return joined(low, parts, axis, low.shape_of(node))


def joined(low: Lowering, parts: list[Value], axis: int, shape: tuple[int, ...]) -> Value:
    """Arrays behind each other along an axis."""
    whole = Buffer(parts[0].dtype, math.prod(shape))
    steps = contiguous_strides(shape)
    copies = []
    start = 0
    for part in parts:
        copy = low.op("Copy", part)  # computed right into its place
        copy.view = View(whole, part.shape, steps, start * steps[axis])
        copies.append(copy)
        start += part.shape[axis]

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        Vectors(module, 1).finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, 0)

    (made,) = low.stage(copies, [(shape, parts[0].dtype)], write)
    made.view = View(whole, shape, steps)
    return made


@rule("Unpack", widened=False)
def _unpack(low: Lowering, node: Node, inputs: list[Any]) -> list[Value]:
    (value,) = inputs
    axis = node.attrs["axis"] % len(value.shape)
    shape = list(value.shape)
    shape[axis] = 1
    made = []
    for index in range(value.shape[axis]):
        begin = [0] * len(shape)
        begin[axis] = index
        made.append(low.reshape(section(low, value, begin, tuple(shape)), low.shape_of(node, index)))
    return made


@rule("Split", "SplitV", widened=False)
def _split(low: Lowering, node: Node, inputs: list[Any]) -> list[Value]:
    first = node.op.name == "Split"
    value = inputs[1] if first else inputs[0]
    axis = int(low.known(node.inputs[0] if first else node.inputs[2])) % len(value.shape)
    made = []
    start = 0
    for index in range(len(node.outputs)):
        begin = [0] * len(value.shape)
        begin[axis] = start
        shape = low.shape_of(node, index)
        made.append(section(low, value, begin, shape))
        start += shape[axis]
    return made
