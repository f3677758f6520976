"""How ops that only move elements are lowered: mostly they become another way of looking at the same memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flowstone_core import slicing
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd.ir import Module
from flowstone_kernels_simd.lowering import Lowering, rule
from flowstone_kernels_simd.values import Buffer, Call, Value, View, contiguous_strides
from flowstone_kernels_simd.vectors import Vectors


@rule("Reshape", "Squeeze", "ExpandDims", "EnsureShape")
def _reshape(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    return low.reshape(inputs[0], low.shape_of(node))


@rule("BroadcastTo")
def _broadcast(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    return low.spread(inputs[0], low.shape_of(node))


@rule("Transpose")
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


@rule("StridedSlice")
def _strided_slice(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    vectors = [low.known(tensor).tolist() for tensor in node.inputs[1:]]
    masks = slicing.Masks(*[node.attrs[name] for name in slicing.Masks._fields])
    begin, end, strides = vectors
    parts = slicing.resolve(inputs[0].shape, begin, end, strides, masks)
    return _sliced(low, inputs[0], parts, low.shape_of(node))


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


@rule("Slice")
def _slice(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    begin = low.known(node.inputs[1]).tolist()
    shape = low.shape_of(node)
    return section(low, inputs[0], begin, shape)


def section(low: Lowering, value: Value, begin: list[int], shape: tuple[int, ...]) -> Value:
    """A box of elements."""
    parts = [slicing.Part("keep", start, None, 1, size) for start, size in zip(begin, shape, strict=True)]
    return _sliced(low, value, parts, shape)


@rule("Pack")
def _pack(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    axis = node.attrs["axis"] % len(low.shape_of(node))
    parts = [low.reshape(value, (*value.shape[:axis], 1, *value.shape[axis:])) for value in inputs[0]]
    return joined(low, parts, axis, low.shape_of(node))


@rule("ConcatV2")
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


@rule("Unpack")
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


@rule("Split", "SplitV")
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
