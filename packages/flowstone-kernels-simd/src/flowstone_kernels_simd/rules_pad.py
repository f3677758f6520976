"""How padding, tiling, reversing and the exchange of depth and space are lowered: to views and joined parts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd.ir import NARROW
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.rules_array import joined, permuted, section
from flowstone_kernels_simd.values import Shape, Unsupported, Value, View


def _with_size(shape: Shape, axis: int, size: int) -> Shape:
    return (*shape[:axis], size, *shape[axis + 1 :])


def _joined(low: Lowering, parts: list[Value], axis: int) -> Value:
    parts = [part for part in parts if part.shape[axis]]
    if len(parts) == 1:
        return parts[0]
    return joined(low, parts, axis, _with_size(parts[0].shape, axis, sum(part.shape[axis] for part in parts)))


def padded(low: Lowering, value: Value, pairs: list[list[int]], fill: Value) -> Value:
    """A value with so many more elements before and after along each axis."""
    if any(number < 0 for pair in pairs for number in pair):
        raise Unsupported("negative padding")
    shape = tuple(size + sum(pair) for size, pair in zip(value.shape, pairs, strict=True))
    if 0 in value.shape or 0 in shape:
        return low.spread(low.reshape(fill, ()), shape)
    for axis, pair in enumerate(pairs):
        ends = [low.spread(fill, _with_size(value.shape, axis, count)) if count else None for count in pair]
        value = _joined(low, [part for part in (ends[0], value, ends[1]) if part is not None], axis)
    return value


@rule("Pad", "PadV2", widened=False)
def _pad(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value: Value = inputs[0]
    fill = low.reshape(inputs[2], ()) if len(inputs) == 3 else low.number(value.dtype, 0)
    return padded(low, value, low.known(node.inputs[1]).tolist(), fill)


@rule("MirrorPad", widened=False)
def _mirror_pad(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value: Value = inputs[0]
    edge = 0 if node.attrs["mode"].upper() == "SYMMETRIC" else 1
    for axis, (before, after) in enumerate(low.known(node.inputs[1]).tolist()):
        size = value.shape[axis]
        if not 0 <= before <= size - edge or not 0 <= after <= size - edge:
            raise Unsupported("more padding than there is to mirror")
        parts = [value]
        for count, start in ((before, edge), (after, size - edge - after)):
            begin = [0] * len(value.shape)
            begin[axis] = start
            parts.append(turned(low, section(low, value, begin, _with_size(value.shape, axis, count)), [axis]))
        value = _joined(low, [parts[1], parts[0], parts[2]], axis)
    return value


def turned(low: Lowering, value: Value, axes: list[int]) -> Value:
    """The order along some axes turned around."""
    if value.op == "constant" or value.size == 0:
        return value

    def change(view: View) -> View:
        offset = sum((view.shape[axis] - 1) * view.strides[axis] for axis in axes)
        steps = tuple(-step if axis in axes else step for axis, step in enumerate(view.strides))
        return View(view.buffer, view.shape, steps, view.offset + offset)

    return low.view(value, value.shape, change)


@rule("ReverseV2", widened=False)
def _reverse(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value: Value = inputs[0]
    axes = [int(axis) % len(value.shape) for axis in low.known(node.inputs[1])]
    return turned(low, value, axes) if value.size and axes else value


@rule("Roll", widened=False)
def _roll(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value: Value = inputs[0]
    shifts, axes = (low.known(tensor).reshape(-1).tolist() for tensor in node.inputs[1:])
    for shift, axis in zip(shifts, axes, strict=True):
        axis %= len(value.shape)
        size = value.shape[axis]
        if value.size and shift % size:
            start = [0] * len(value.shape)
            start[axis] = size - shift % size
            last = section(low, value, start, _with_size(value.shape, axis, shift % size))
            first = section(low, value, [0] * len(start), _with_size(value.shape, axis, start[axis]))
            value = _joined(low, [last, first], axis)
    return value


@rule("Tile", widened=False)
def _tile(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value: Value = inputs[0]
    shape = low.shape_of(node)
    if 0 in shape:
        return low.spread(low.number(value.dtype, 0), shape)
    times = low.known(node.inputs[1]).tolist()
    apart = low.reshape(value, tuple(size for each in value.shape for size in (1, each)))
    pairs = tuple(size for pair in zip(times, value.shape, strict=True) for size in pair)
    return low.reshape(low.spread(apart, pairs), shape)


@rule("DepthToSpace", "SpaceToDepth", widened=False)
def _depth(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    block, (batch, high, wide, depth) = node.attrs["block_size"], inputs[0].shape
    if node.op.name == "DepthToSpace":
        parts = (batch, high, wide, block, block, depth // block**2)
    else:
        parts = (batch, high // block, block, wide // block, block, depth)
    if 0 in inputs[0].shape:
        raise Unsupported("images of nothing")
    order = [0, 1, 3, 2, 4, 5]
    return low.reshape(permuted(low, low.reshape(inputs[0], parts), order), low.shape_of(node))


for _name in ("DepthToSpace", "SpaceToDepth"):
    REFUSALS[_name] = lambda node: None if node.attrs["data_format"] == "NHWC" else "channels first"


@rule("SpaceToBatchND", widened=False)
def _to_batch(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value: Value = inputs[0]
    blocks, pairs = (low.known(tensor).tolist() for tensor in node.inputs[1:])
    rank = len(blocks)
    rest = len(value.shape) - rank - 1
    value = padded(low, value, [[0, 0], *pairs, *[[0, 0]] * rest], low.number(value.dtype, 0))
    batch, *sizes = value.shape
    parts = [batch]
    for size, block in zip(sizes, blocks, strict=False):
        parts += [size // block, block]
    order = [*range(2, 2 * rank + 1, 2), 0, *range(1, 2 * rank, 2), *range(2 * rank + 1, 2 * rank + 1 + rest)]
    if 0 in value.shape:
        raise Unsupported("images of nothing")
    return low.reshape(permuted(low, low.reshape(value, (*parts, *sizes[rank:])), order), low.shape_of(node))


@rule("BatchToSpaceND", widened=False)
def _from_batch(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value: Value = inputs[0]
    blocks, crops = (low.known(tensor).tolist() for tensor in node.inputs[1:])
    rank = len(blocks)
    batch, *sizes = value.shape
    if 0 in value.shape or 0 in low.shape_of(node):
        raise Unsupported("images of nothing")
    parted = low.reshape(value, (*blocks, batch // math.prod(blocks), *sizes))
    order = [rank]
    for index in range(rank):
        order += [rank + 1 + index, index]
    order += range(2 * rank + 1, rank + 1 + len(sizes))
    whole = (batch // math.prod(blocks), *(s * b for s, b in zip(sizes, blocks, strict=False)), *sizes[rank:])
    value = low.reshape(permuted(low, parted, order), whole)
    begin = [0, *(before for before, _ in crops), *[0] * (len(sizes) - rank)]
    return section(low, value, begin, low.shape_of(node))


@rule("Shape", "ShapeN", "Size", "Rank", "Range", "LinSpace", "BroadcastGradientArgs", "BroadcastArgs", widened=False)
def _settled(low: Lowering, node: Node, inputs: list[Any]) -> list[Value]:
    """What is known when shapes are."""
    name, shapes = node.op.name, [value.shape for value in _flat(inputs) if isinstance(value, Value)]
    types = [tensor.dtype.numpy_dtype for tensor in node.outputs]
    if name in ("Shape", "ShapeN"):
        found: list[Any] = list(shapes)
    elif name in ("Size", "Rank"):
        found = [math.prod(shapes[0]) if name == "Size" else len(shapes[0])]
    elif name == "Range":
        found = [np.arange(*(low.known(tensor) for tensor in node.inputs))]
    elif name == "LinSpace":
        start, stop, count = (low.known(tensor) for tensor in node.inputs)
        found = [np.linspace(start, stop, int(count))]
    else:
        given = [low.known(tensor).tolist() for tensor in node.inputs]
        found = [np.broadcast_shapes(*given)] if name == "BroadcastArgs" else _broadcast_axes(*given)
    arrays = [np.asarray(value, dtype) for value, dtype in zip(found, types, strict=True)]
    return [_array(low, array) for array in arrays]


def _flat(inputs: list[Any]) -> list[Any]:
    return [each for value in inputs for each in (value if isinstance(value, list) else [value])]


def _array(low: Lowering, array: Any) -> Value:
    return low.spread(low.number(array.dtype.name, 0), array.shape) if array.size == 0 else low.array(array)


def _broadcast_axes(one: list[int], other: list[int]) -> list[list[int]]:
    """Over which axes the gradient of each operand is summed."""
    rank = max(len(one), len(other))
    sides = [[1] * (rank - len(shape)) + shape for shape in (one, other)]
    both = list(zip(*sides, strict=True))
    if any(a != b and 1 not in (a, b) for a, b in both):
        raise Unsupported("shapes that do not broadcast")
    return [[i for i, pair in enumerate(both) if pair[side] == 1] for side in (0, 1)]


def _refuse_range(node: Node) -> str | None:
    return f"{node.outputs[0].dtype.name} sequences" if node.outputs[0].dtype.name in NARROW else None


for _name in ("Range", "LinSpace"):
    REFUSALS[_name] = _refuse_range
