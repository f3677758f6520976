"""Pooling over rows and columns, channels last: largest and average, and their gradients."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flowstone_core.errors import SpecError
from flowstone_core.ops.conv import explicit_pairs
from flowstone_core.windows import Window, window
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd.cpu import cpu
from flowstone_kernels_simd.ir import SCALARS, SIZES, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.rules_math import REALS
from flowstone_kernels_simd.values import Call, Shape, Unsupported, Value
from flowstone_kernels_simd.vectors import Vectors


def _windows(node: Node, shape: Shape) -> tuple[Window, Window]:
    sizes, strides = node.attrs["ksize"], node.attrs["strides"]
    pads = explicit_pairs(node.attrs.get("explicit_paddings", ()), 4, node.attrs["padding"])
    try:
        rows, columns = (
            window(shape[axis], sizes[axis], strides[axis], 1, node.attrs["padding"], pads[axis]) for axis in (1, 2)
        )
    except SpecError as error:
        raise Unsupported(str(error)) from None
    return rows, columns


def _refuse(node: Node) -> str | None:
    if node.attrs["data_format"] != "NHWC":
        return "channels first"
    if any(node.attrs[name][axis] != 1 for name in ("ksize", "strides") for axis in (0, 3)):
        return "windows over images or channels"
    return None if node.outputs[0].dtype.name in REALS else f"{node.outputs[0].dtype.name} pooling"


for _name in ("MaxPool", "MaxPoolGrad", "AvgPool", "AvgPoolGrad"):
    REFUSALS[_name] = _refuse


class _Pooling:
    """The loops over windows and their elements, of vectors of channels."""

    def __init__(self, module: Module, dtype: str, windows: tuple[Window, Window], channels: int) -> None:
        self.v = Vectors(module, cpu().vector_bytes // SIZES[dtype])
        self.dtype, self.channels = dtype, channels
        self.rows, self.columns = windows

    @contextmanager
    def windows(self, row: str) -> Iterator[tuple[str, str | int, str | None]]:
        """For each window of a row, each vector of channels: the window's column, the first channel, the mask."""
        v = self.v
        with v.loop(0, self.columns.out) as column, v.loop(0, self.channels, v.lanes) as channel:
            mask = None
            if self.channels % v.lanes:
                mask = v.first_lanes(v.value(f"sub i64 {self.channels}, {channel}"))
            yield column, channel, mask

    def bounds(self, index: str, along: Window) -> tuple[str, str]:
        """The first element of a window that lies in the image, and the one behind the last."""
        v = self.v
        start = v.value(f"sub i64 {v.mul(index, along.stride)}, {along.before}")
        v.module.declare("i64 @llvm.smax.i64(i64, i64)")
        low = v.value(f"call i64 @llvm.smax.i64(i64 {start}, i64 0)")
        return low, v.minimum(v.add(start, along.kernel), along.size)

    @contextmanager
    def elements(self, row: str, column: str) -> Iterator[str | int]:
        """For each element of a window that lies in the image: the number of its pixel."""
        v = self.v
        top, bottom = self.bounds(row, self.rows)
        left, right = self.bounds(column, self.columns)
        with v.loop(top, bottom) as y, v.loop(left, right) as x:
            yield v.add(v.mul(y, self.columns.size), x)

    def slot(self, start: str) -> str:
        """A vector variable."""
        slot = self.v.slot(self.v.kind(self.dtype), 64)
        self.v.do(f"store {self.v.kind(self.dtype)} {start}, ptr {slot}, align 64")
        return slot

    def read(self, slot: str) -> str:
        """Its value."""
        return self.v.value(f"load {self.v.kind(self.dtype)}, ptr {slot}, align 64")

    def write(self, slot: str, value: str) -> None:
        """Set it."""
        self.v.do(f"store {self.v.kind(self.dtype)} {value}, ptr {slot}, align 64")

    def counted(self, row: str, column: str) -> str:
        """How many elements of a window lie in the image, in all lanes."""
        v = self.v
        top, bottom = self.bounds(row, self.rows)
        left, right = self.bounds(column, self.columns)
        high, wide = v.value(f"sub i64 {bottom}, {top}"), v.value(f"sub i64 {right}, {left}")
        one = SCALARS[self.dtype]
        return v.spread(self.dtype, v.value(f"sitofp i64 {v.mul(high, wide)} to {one}"))


@rule("MaxPool", "AvgPool", widened=True)
def _pool(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    (x,) = inputs
    x = low.contiguous(x)
    rows, columns = windows = _windows(node, x.shape)
    batch, channels, dtype = x.shape[0], x.shape[3], x.dtype
    largest = node.op.name == "MaxPool"
    shape = low.shape_of(node)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        p = _Pooling(module, dtype, windows, channels)
        v, one = p.v, SCALARS[dtype]
        source, target = base_address(v, x.locate()), base_address(v, outputs[0].locate())
        with v.loop("%low", "%high") as item:
            image = v.value(f"udiv i64 {item}, {rows.out}")
            row = v.value(f"urem i64 {item}, {rows.out}")
            images = v.element(one, source, v.mul(image, rows.size * columns.size * channels))
            line = v.element(one, target, v.mul(item, columns.out * channels))
            with p.windows(row) as (column, channel, mask):
                total = p.slot(v.const(dtype, -math.inf if largest else 0))
                with p.elements(row, column) as pixel:
                    got = v.load(dtype, v.element(one, images, v.add(v.mul(pixel, channels), channel)), mask)
                    p.write(total, v.combine("max" if largest else "sum", dtype, p.read(total), got))
                result = p.read(total)
                if not largest:
                    result = v.over(dtype, result, p.counted(row, column))
                v.store(dtype, result, v.element(one, line, v.add(v.mul(column, channels), channel)), mask)
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        work = math.prod(shape) * rows.kernel * columns.kernel
        return Call(name, batch * rows.out, max(1, rows.out // 4), work * 0.15)

    (made,) = low.stage([x], [(shape, dtype)], write)
    return made


@rule("MaxPoolGrad", widened=True)
def _max_pool_grad(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    return _gradient(low, node, low.contiguous(inputs[0]), low.contiguous(inputs[2]), low.shape_of(node))


@rule("AvgPoolGrad", widened=True)
def _avg_pool_grad(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    return _gradient(low, node, None, low.contiguous(inputs[1]), low.shape_of(node))


def _gradient(low: Lowering, node: Node, x: Value | None, dy: Value, shape: Shape) -> Value:
    """To the first of the largest elements of each window, or in equal shares to all."""
    rows, columns = windows = _windows(node, shape)
    batch, channels, dtype = shape[0], shape[3], dy.dtype
    if dy.shape != (batch, rows.out, columns.out, channels):
        raise Unsupported("a gradient of another shape")

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        module.declare("void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
        p = _Pooling(module, dtype, windows, channels)
        v, one = p.v, SCALARS[dtype]
        slopes, target = base_address(v, dy.locate()), base_address(v, outputs[0].locate())
        source = base_address(v, x.locate()) if x is not None else ""
        size = rows.size * columns.size * channels
        with v.loop("%low", "%high") as image:
            to = v.element(one, target, v.mul(image, size))
            v.do(f"call void @llvm.memset.p0.i64(ptr {to}, i8 0, i64 {size * SIZES[dtype]}, i1 false)")
            images = v.element(one, source, v.mul(image, size)) if x is not None else ""
            with v.loop(0, rows.out) as row:
                line = v.element(one, slopes, v.mul(v.add(v.mul(image, rows.out), row), columns.out * channels))
                with p.windows(row) as (column, channel, mask):
                    slope = v.load(dtype, v.element(one, line, v.add(v.mul(column, channels), channel)), mask)
                    if x is None:
                        slope = v.over(dtype, slope, p.counted(row, column))
                        with p.elements(row, column) as pixel:
                            here = v.element(one, to, v.add(v.mul(pixel, channels), channel))
                            v.store(dtype, v.plus(dtype, v.load(dtype, here, mask), slope), here, mask)
                    else:
                        _to_the_largest(p, row, column, channel, mask, images, to, slope)
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        work = math.prod(dy.shape) * rows.kernel * columns.kernel * 2
        return Call(name, batch, 1, work * 0.2)

    (made,) = low.stage([value for value in (x, dy) if value is not None], [(shape, dtype)], write)
    return made


def _to_the_largest(
    p: _Pooling, row: str, column: str, channel: str | int, mask: str | None, images: str, to: str, slope: str
) -> None:
    """Find the largest element of a window, the first of equal ones, and add the gradient there."""
    v, dtype = p.v, p.dtype
    one = SCALARS[dtype]
    numbers = f"<{v.lanes} x i64>"
    best = p.slot(v.const(dtype, -math.inf))
    winner = v.slot(numbers, 64)
    v.do(f"store {numbers} {v.const('int64', -1)}, ptr {winner}, align 64")

    def number(pixel: str | int) -> str:
        return v.spread("int64", str(pixel))

    with p.elements(row, column) as pixel:
        got = v.load(dtype, v.element(one, images, v.add(v.mul(pixel, p.channels), channel)), mask)
        was = v.value(f"load {numbers}, ptr {winner}, align 64")
        none = v.compare("eq", "int64", was, v.const("int64", -1))
        higher = v.logic("or", "bool", v.compare("gt", dtype, got, p.read(best)), none)
        p.write(best, v.choose(dtype, higher, got, p.read(best)))
        v.do(f"store {numbers} {v.choose('int64', higher, number(pixel), was)}, ptr {winner}, align 64")
    with p.elements(row, column) as pixel:
        won = v.compare("eq", "int64", v.value(f"load {numbers}, ptr {winner}, align 64"), number(pixel))
        here = v.element(one, to, v.add(v.mul(pixel, p.channels), channel))
        share = v.choose(dtype, won, slope, v.zero(dtype))
        v.store(dtype, v.plus(dtype, v.load(dtype, here, mask), share), here, mask)
