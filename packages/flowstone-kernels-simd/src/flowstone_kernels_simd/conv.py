"""Direct convolutions of two and three dimensions, with groups: forward, and the gradients of input and filter.

The input is copied into one with a border of zeros, where the elements of a window's row (its columns and channels) are
neighbours; so the micro-kernel reads windows where they lie, as the rows of a matrix. The gradient of the input is
the same convolution of the spread-out gradient with the filter turned around; that of the filter is one product for
each stretch of the filter, summed over images. Convolutions with few results go to ``dots``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flowstone_core.errors import OpError, SpecError
from flowstone_core.kernels.conv import windows_of
from flowstone_core.windows import Layout, Window, layout_of
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd import dots, gemm, images, microkernel, phases
from flowstone_kernels_simd.ir import SCALARS, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.rules_array import permuted
from flowstone_kernels_simd.values import Call, Unsupported, Value
from flowstone_kernels_simd.vectors import Vectors

_FEW = 8
"""Stretches of fewer neighbours are no good rows of a tile of the filter's gradient: tiles of scattered rows are."""

_SCATTERED = 160
"""The most rows for which such tiles are written."""

_WEIGHTS = 1 << 17
"""Filters of more elements stay in the cache panel by panel, while several rows of images go by."""


@rule("Conv2D", "Conv3D", widened=True)
def _forward(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    layout = layout_for(node)
    x, filter_ = images.channels_last(low, inputs[0], layout), inputs[1]
    windows = windows_for(node, layout, x.shape[1:-1], filter_.shape)
    return images.restored(low, convolution(low, x, filter_, windows), layout)


@rule("Conv2DBackpropInput", "Conv3DBackpropInputV2", "Conv2DBackpropInputV2", "Conv3DBackpropInput", widened=True)
def _input_gradient(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    layout = layout_for(node)
    filter_, dy = inputs[1], images.channels_last(low, inputs[2], layout)
    shape = low.shape_of(node)
    windows = windows_for(node, layout, layout.pick(shape), filter_.shape)
    made = input_gradient(low, filter_, dy, windows, shape[layout.channels])
    return images.restored(low, made, layout)


@rule("Conv2DBackpropFilter", "Conv3DBackpropFilterV2", "Conv2DBackpropFilterV2", "Conv3DBackpropFilter", widened=True)
def _filter_gradient(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    layout = layout_for(node)
    x, dy = (images.channels_last(low, inputs[index], layout) for index in (0, 2))
    shape = low.shape_of(node)
    return filter_gradient(low, x, dy, windows_for(node, layout, x.shape[1:-1], shape), shape[-2])


TYPES = frozenset({"float16", "bfloat16", "float32", "float64", "int32"})


def refuse(node: Node) -> str | None:
    """Why a convolution is not compiled."""
    name = node.outputs[0].dtype.name
    return None if name in TYPES else f"{name} convolutions"


for _name in ("", "BackpropInput", "BackpropFilter", "BackpropInputV2", "BackpropFilterV2"):
    REFUSALS[f"Conv2D{_name}"] = REFUSALS[f"Conv3D{_name}"] = refuse


def layout_for(node: Node) -> Layout:
    """The layout of a node's images."""
    return layout_of(node.attrs.get("data_format", "NDHWC"))


def windows_for(node: Node, layout: Layout, sizes: Sequence[int], filter_: Sequence[int]) -> list[Window]:
    """The windows along the dimensions of images of these sizes."""
    try:
        return windows_of(sizes, filter_[:-2], layout, node.attrs)
    except (OpError, SpecError) as error:
        raise Unsupported(str(error)) from None


def _groups(channels: int, filter_: Sequence[int]) -> int:
    depth, results = filter_[-2:]
    if depth == 0:
        return 1
    if channels % depth or results % (channels // depth):
        raise Unsupported("channels that do not fit the filter")
    return channels // depth


# -- the three products ------------------------------------------------------------------------------------------------


def convolution(low: Lowering, x: Value, filter_: Value, windows: Sequence[Window]) -> Value:
    """``y[n, ..., :] = sum over the window of x · filter``."""
    batch, channels, results = x.shape[0], x.shape[-1], filter_.shape[-1]
    shape = (batch, *(w.out for w in windows), results)
    if 0 in shape or 0 in filter_.shape:
        return low.spread(low.number(x.dtype, 0), shape)
    groups = _groups(channels, filter_.shape)
    if groups == 1 and all(w.kernel == w.stride == 1 and w.size == w.out for w in windows):
        matrix = low.reshape(filter_, (channels, results))  # a product for each pixel
        flat = low.reshape(x, (math.prod(shape[:-1]), channels))
        return low.reshape(gemm.product(low, flat, matrix, False, False), shape)
    stretches = images.Stretches(windows, channels, groups)
    if groups == 1 and dots.worthwhile(x.dtype, stretches.length, results):
        return dots.convolution(low, x, filter_, windows, stretches, shape)
    padded = images.bordered(low, x, windows)
    packed = images.packed(low, low.reshape(filter_, (math.prod(filter_.shape[:-1]), results)), groups)
    *outer, last = windows
    tile = microkernel.window_tile(x.dtype, last.stride * channels, last.out, step=1)
    low.imports.update(tile.addresses)
    rows = batch * math.prod(w.out for w in outer)
    depth = math.prod(filter_.shape[:-1])
    together = 1 if depth * results <= _WEIGHTS else max(1, min(-(-rows // 8), -(-96 // last.out)))

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        tile.declare(module)
        v = Vectors(module, 1)
        one = SCALARS[x.dtype]
        source, weights, target = (base_address(v, value.locate()) for value in (padded, packed, outputs[0]))
        width, each = microkernel.columns_of(x.dtype), results // groups
        panels = -(-each // width)
        part = stretches.inner * stretches.length
        with v.loop("%low", "%high") as item:
            start = v.mul(item, together)
            end = v.minimum(v.add(start, together), rows)
            with v.loop(0, groups * panels) as panel, v.loop(start, end) as row:
                group = v.value(f"udiv i64 {panel}, {panels}")
                column = v.mul(v.value(f"urem i64 {panel}, {panels}"), width)
                a = v.element(one, source, images.first_element(v, row, windows, channels))
                a = v.element(one, a, v.mul(group, channels // groups))
                b = v.element(one, weights, v.mul(panel, depth * width))
                c = v.add(v.mul(row, last.out * results), v.add(v.mul(group, each), column))
                c = v.element(one, target, c)
                left = v.value(f"sub i64 {each}, {column}")
                for number, place in enumerate(stretches.places):
                    here, weight = v.element(one, a, place), v.element(one, b, number * part * width)
                    v.do(
                        f"call void @{tile.name}(ptr {here}, i64 0, i64 {stretches.apart}, i64 {stretches.inner}, "
                        f"ptr {weight}, i64 {width}, ptr {c}, i64 {results}, i64 {last.out}, i64 {stretches.length}, "
                        f"i64 {left}, i1 {'true' if number else 'false'})"
                    )
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        work = rows * last.out * depth * results
        grain = max(1, rows // together // 64)
        return Call(name, -(-rows // together), grain, work * microkernel.NS_PER_PRODUCT, together * last.out)

    (made,) = low.stage([padded, packed], [(shape, x.dtype)], write, rows=rows * last.out)
    return made


def input_gradient(low: Lowering, filter_: Value, dy: Value, windows: Sequence[Window], channels: int) -> Value:
    """The gradient with respect to the input."""
    shape = (dy.shape[0], *(w.size for w in windows), channels)
    if 0 in (*filter_.shape, *dy.shape, *shape):
        return low.spread(low.number(dy.dtype, 0), shape)
    *sizes, depth, results = filter_.shape
    groups = _groups(channels, filter_.shape)
    if groups == 1 and phases.worthwhile(windows):
        return phases.input_gradient(low, filter_, dy, windows)
    rank = len(sizes)
    parted = low.reshape(images.turned(low, filter_), (*sizes, depth, groups, results // groups))
    order = [*range(rank), rank + 2, rank + 1, rank]
    swapped = low.reshape(_permuted(low, parted, order), (*sizes, results // groups, channels))
    return convolution(low, images.spread_out(low, dy, windows), swapped, images.backwards(windows))


def _permuted(low: Lowering, value: Value, order: list[int]) -> Value:
    return low.copied(permuted(low, value, order))


def filter_gradient(low: Lowering, x: Value, dy: Value, windows: Sequence[Window], depth: int) -> Value:
    """The gradient with respect to the filter, whose windows have ``depth`` channels."""
    batch, channels, results = x.shape[0], x.shape[-1], dy.shape[-1]
    shape = (*(w.kernel for w in windows), depth, results)
    if 0 in (*shape, *x.shape, *dy.shape):
        return low.spread(low.number(x.dtype, 0), shape)
    groups = _groups(channels, shape)
    padded = images.bordered(low, x, windows)
    width, each = microkernel.columns_of(x.dtype), results // groups
    pixels = math.prod(dy.shape[:-1])
    direct = each % width == 0
    gradient = low.contiguous(dy) if direct else images.packed(low, low.reshape(dy, (pixels, results)), groups)
    strips = _strips(low, x.dtype, images.Stretches(windows, channels, groups))
    low.uses[x.dtype] = None
    *outer, last = windows
    steps = images.steps_of(windows, channels)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        library = microkernel.library(x.dtype)
        library.declare(module)
        v = Vectors(module, 1)
        one = SCALARS[x.dtype]
        source, slope, target = (base_address(v, value.locate()) for value in (padded, gradient, outputs[0]))
        panels = -(-each // width)
        distance = results if direct else width
        inner = outer[-1].out
        blocks = math.prod(w.out for w in outer[:-1])  # what the micro-kernel's two counts do not go over
        with v.loop("%low", "%high") as item:
            panel = v.value(f"urem i64 {item}, {groups * panels}")
            strip = v.value(f"udiv i64 {item}, {groups * panels}")
            group = v.value(f"udiv i64 {panel}, {panels}")
            column = v.mul(v.value(f"urem i64 {panel}, {panels}"), width)
            left = v.value(f"sub i64 {each}, {column}")
            across = v.add(v.mul(group, each), column)
            b = v.element(one, slope, across if direct else v.mul(panel, pixels * width))
            c = v.element(one, target, across)
            a = v.element(one, source, v.mul(group, depth))
            with v.loop(0, batch * blocks) as block:
                place = images.first_element(v, str(v.mul(block, inner)), windows, channels)
                more = v.value(f"icmp sgt i64 {block}, 0")
                for function, rows, height, chosen in strips.select(v, strip):
                    with v.when(chosen):
                        offset, row = rows
                        goal = v.element(one, c, v.mul(row, results))
                        v.do(
                            f"call void @{function}(ptr {v.element(one, a, v.add(place, offset))}, "
                            f"i64 {last.stride * channels}, i64 {outer[-1].stride * steps[-2]}, i64 {inner}, "
                            f"ptr {v.element(one, b, v.mul(block, inner * last.out * distance))}, i64 {distance}, "
                            f"ptr {goal}, i64 {results}, i64 {height}, i64 {last.out}, i64 {left}, i1 {more})"
                        )
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        strips.declare(module)
        return Call(name, strips.count * groups * panels, 1, pixels * math.prod(shape) * microkernel.NS_PER_PRODUCT)

    (made,) = low.stage([padded, gradient], [(shape, x.dtype)], write)
    return made


class _Runs:
    """Strips of the filter's rows that are neighbours in the image."""

    def __init__(self, dtype: str, stretches: images.Stretches) -> None:
        self.dtype, self.stretches = dtype, stretches
        self.tall = 4 * microkernel.rows_of_tile()
        self.each = -(-stretches.length // self.tall)
        self.count = len(stretches.starts) * self.each

    def select(self, v: Vectors, strip: str) -> list[tuple[str, tuple[str | int, str | int], str | int, str]]:
        """The function for a strip: where in the image and in the filter it begins, how high it is."""
        number, part = v.value(f"udiv i64 {strip}, {self.each}"), v.value(f"urem i64 {strip}, {self.each}")
        first = v.mul(part, self.tall)
        height = v.minimum(v.value(f"sub i64 {self.stretches.length}, {first}"), self.tall)
        inner = v.value(f"urem i64 {number}, {self.stretches.inner}")
        place = self._place(v, v.value(f"udiv i64 {number}, {self.stretches.inner}"))
        offset = v.add(v.add(place, v.mul(inner, self.stretches.apart)), first)
        row = v.add(v.mul(number, self.stretches.length), first)
        return [(f"{microkernel.library(self.dtype).prefix}_tile", (offset, row), height, "true")]

    def _place(self, v: Vectors, number: str) -> str | int:
        places = self.stretches.places
        found: str | int = places[0]
        for index, place in enumerate(places[1:], 1):
            same = v.value(f"icmp eq i64 {number}, {index}")
            found = v.value(f"select i1 {same}, i64 {place}, i64 {found}")
        return found

    def declare(self, module: Module) -> None:
        """The library is declared already."""


class _Scattered:
    """Strips of rows that lie anywhere in the window: a tile for each strip."""

    def __init__(self, low: Lowering, dtype: str, stretches: images.Stretches) -> None:
        rows = [start + index for start in stretches.starts for index in range(stretches.length)]
        self.count = -(-len(rows) // microkernel.rows_of_tile())
        tall = -(-len(rows) // self.count)
        self.firsts = list(range(0, len(rows), tall))
        self.count = len(self.firsts)
        parts = [rows[first : first + tall] for first in self.firsts]
        self.heights = [len(part) for part in parts]
        self.tiles = [
            microkernel.window_tile(dtype, tuple(place - part[0] for place in part), len(part)) for part in parts
        ]
        self.starts = [part[0] for part in parts]
        for tile in self.tiles:
            low.imports.update(tile.addresses)

    def select(self, v: Vectors, strip: str) -> list[tuple[str, tuple[str | int, str | int], str | int, str]]:
        """One function for each strip, and whether it is the wanted one."""
        return [
            (tile.name, (start, first), height, v.value(f"icmp eq i64 {strip}, {number}"))
            for number, (tile, start, first, height) in enumerate(
                zip(self.tiles, self.starts, self.firsts, self.heights, strict=True)
            )
        ]

    def declare(self, module: Module) -> None:
        """Declare the tiles."""
        for tile in self.tiles:
            tile.declare(module)


def _strips(low: Lowering, dtype: str, stretches: images.Stretches) -> _Runs | _Scattered:
    if stretches.length < _FEW and stretches.length * len(stretches.starts) <= _SCATTERED:
        return _Scattered(low, dtype, stretches)
    return _Runs(dtype, stretches)


__all__ = ["convolution", "filter_gradient", "input_gradient"]
