"""Pooling of two and three dimensions: largest and average, and their gradients."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from flowstone_core.errors import SpecError
from flowstone_core.ops.conv import explicit_pairs
from flowstone_core.windows import Layout, Window, layout_of, window
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd import images
from flowstone_kernels_simd.cpu import cpu
from flowstone_kernels_simd.ir import SCALARS, SIZES, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.rules_math import REALS
from flowstone_kernels_simd.values import Call, Unsupported, Value
from flowstone_kernels_simd.vectors import Vectors


def _windows(node: Node, layout: Layout, sizes: Sequence[int]) -> list[Window]:
    attrs = node.attrs
    pads = explicit_pairs(attrs.get("explicit_paddings", ()), layout.rank, attrs["padding"])
    try:
        return [
            window(size, attrs["ksize"][axis], attrs["strides"][axis], 1, attrs["padding"], pads[axis])
            for size, axis in zip(sizes, layout.spatial, strict=True)
        ]
    except SpecError as error:
        raise Unsupported(str(error)) from None


def _refuse(node: Node) -> str | None:
    channels = layout_of(node.attrs["data_format"]).channels
    if any(node.attrs[name][axis] != 1 for name in ("ksize", "strides") for axis in (0, channels)):
        return "windows over images or channels"
    return None if node.outputs[0].dtype.name in REALS else f"{node.outputs[0].dtype.name} pooling"


for _name in ("MaxPool", "AvgPool"):
    for _form in (_name, f"{_name}Grad", f"{_name}3D", f"{_name}3DGrad"):
        REFUSALS[_form] = _refuse


class _Pooling:
    """The loops over windows and their elements, of vectors of channels."""

    def __init__(self, module: Module, dtype: str, windows: Sequence[Window], channels: int) -> None:
        self.v = Vectors(module, cpu().vector_bytes // SIZES[dtype])
        self.dtype, self.channels = dtype, channels
        self.along = list(windows)

    def position(self, item: str) -> tuple[str, list[str]]:
        """The image, and the place along all dimensions but the last, of a row of windows."""
        v, rest = self.v, item
        places: list[str] = []
        for w in reversed(self.along[:-1]):
            places.insert(0, v.value(f"urem i64 {rest}, {w.out}"))
            rest = v.value(f"udiv i64 {rest}, {w.out}")
        return rest, places

    @contextmanager
    def windows(self) -> Iterator[tuple[str, str | int, str | None]]:
        """For each window of a row, each vector of channels: the window's column, the first channel, the mask."""
        v = self.v
        with v.loop(0, self.along[-1].out) as column, v.loop(0, self.channels, v.lanes) as channel:
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
    def elements(self, at: Sequence[str]) -> Iterator[str | int]:
        """For each element of a window that lies in the image: the number of its pixel."""
        v = self.v
        bounds = [self.bounds(place, w) for place, w in zip(at, self.along, strict=True)]
        with ExitStack() as loops:
            number: str | int = 0
            for (start, stop), w in zip(bounds, self.along, strict=True):
                number = v.add(v.mul(number, w.size), loops.enter_context(v.loop(start, stop)))
            yield number

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

    def counted(self, at: Sequence[str]) -> str:
        """How many elements of a window lie in the image, in all lanes."""
        v = self.v
        number: str | int = 1
        for place, w in zip(at, self.along, strict=True):
            start, stop = self.bounds(place, w)
            number = v.mul(number, v.value(f"sub i64 {stop}, {start}"))
        return v.spread(self.dtype, v.value(f"sitofp i64 {number} to {SCALARS[self.dtype]}"))


@rule("MaxPool", "AvgPool", "MaxPool3D", "AvgPool3D", widened=True)
def _pool(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    layout = layout_of(node.attrs["data_format"])
    x = low.contiguous(images.channels_last(low, inputs[0], layout))
    windows = _windows(node, layout, x.shape[1:-1])
    channels, dtype = x.shape[-1], x.dtype
    largest = node.op.name.startswith("Max")
    shape = (x.shape[0], *(w.out for w in windows), channels)
    rows = math.prod(shape[:-2])

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        p = _Pooling(module, dtype, windows, channels)
        v, one = p.v, SCALARS[dtype]
        source, target = base_address(v, x.locate()), base_address(v, outputs[0].locate())
        with v.loop("%low", "%high") as item:
            image, places = p.position(item)
            pixels = v.element(one, source, v.mul(image, math.prod(x.shape[1:])))
            line = v.element(one, target, v.mul(item, windows[-1].out * channels))
            with p.windows() as (column, channel, mask):
                total = p.slot(v.const(dtype, -math.inf if largest else 0))
                with p.elements([*places, column]) as pixel:
                    got = v.load(dtype, v.element(one, pixels, v.add(v.mul(pixel, channels), channel)), mask)
                    p.write(total, v.combine("max" if largest else "sum", dtype, p.read(total), got))
                result = p.read(total)
                if not largest:
                    result = v.over(dtype, result, p.counted([*places, column]))
                v.store(dtype, result, v.element(one, line, v.add(v.mul(column, channels), channel)), mask)
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        work = math.prod(shape) * math.prod(w.kernel for w in windows)
        return Call(name, rows, max(1, rows // 64), work * 0.15, windows[-1].out)

    (made,) = low.stage([x], [(shape, dtype)], write, rows=rows * windows[-1].out)
    return images.restored(low, made, layout)


@rule("MaxPoolGrad", "MaxPool3DGrad", "AvgPoolGrad", "AvgPool3DGrad", widened=True)
def _gradient(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    """To the first of the largest elements of each window (in three dimensions, to all); or in equal shares to all."""
    layout = layout_of(node.attrs["data_format"])
    largest = node.op.name.startswith("Max")
    of_all = node.op.name == "MaxPool3DGrad"
    given = [inputs[0], inputs[2], *inputs[1:2]] if largest else [inputs[1]]
    operands = [low.contiguous(images.channels_last(low, value, layout)) for value in given]
    full = low.shape_of(node)
    shape = (full[0], *layout.pick(full), full[layout.channels])
    windows = _windows(node, layout, shape[1:-1])
    channels = shape[-1]
    x, dy = (operands[0], operands[1]) if largest else (None, operands[0])
    if dy.shape != (shape[0], *(w.out for w in windows), channels) or (largest and operands[2].shape != dy.shape):
        raise Unsupported("a gradient of another shape")
    dtype = dy.dtype

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        module.declare("void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
        p = _Pooling(module, dtype, windows, channels)
        v, one = p.v, SCALARS[dtype]
        slopes, target = base_address(v, dy.locate()), base_address(v, outputs[0].locate())
        source = base_address(v, x.locate()) if x is not None else ""
        highest = base_address(v, operands[2].locate()) if of_all else ""
        size, lines = math.prod(shape[1:]), math.prod(w.out for w in windows[:-1])
        with v.loop("%low", "%high") as image:
            to = v.element(one, target, v.mul(image, size))
            v.do(f"call void @llvm.memset.p0.i64(ptr {to}, i8 0, i64 {size * SIZES[dtype]}, i1 false)")
            pixels = v.element(one, source, v.mul(image, size)) if x is not None else ""
            with v.loop(0, lines) as row:
                _, places = p.position(row)
                line = v.mul(v.add(v.mul(image, lines), row), windows[-1].out * channels)
                with p.windows() as (column, channel, mask):
                    at, here = [*places, column], v.add(line, v.add(v.mul(column, channels), channel))
                    slope = v.load(dtype, v.element(one, slopes, here), mask)
                    if x is None:
                        slope = v.over(dtype, slope, p.counted(at))
                        with p.elements(at) as pixel:
                            goal = v.element(one, to, v.add(v.mul(pixel, channels), channel))
                            v.store(dtype, v.plus(dtype, v.load(dtype, goal, mask), slope), goal, mask)
                    elif of_all:
                        top = v.load(dtype, v.element(one, highest, here), mask)
                        with p.elements(at) as pixel:
                            place = v.add(v.mul(pixel, channels), channel)
                            equal = v.compare("eq", dtype, v.load(dtype, v.element(one, pixels, place), mask), top)
                            goal, share = v.element(one, to, place), v.choose(dtype, equal, slope, v.zero(dtype))
                            v.store(dtype, v.plus(dtype, v.load(dtype, goal, mask), share), goal, mask)
                    else:
                        _to_the_largest(p, at, channel, mask, pixels, to, slope)
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        work = math.prod(dy.shape) * math.prod(w.kernel for w in windows) * 2
        return Call(name, shape[0], 1, work * 0.2)

    (made,) = low.stage(operands, [(shape, dtype)], write)
    return images.restored(low, made, layout)


def _to_the_largest(
    p: _Pooling, at: Sequence[str], channel: str | int, mask: str | None, pixels: str, to: str, slope: str
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

    with p.elements(at) as pixel:
        got = v.load(dtype, v.element(one, pixels, v.add(v.mul(pixel, p.channels), channel)), mask)
        was = v.value(f"load {numbers}, ptr {winner}, align 64")
        none = v.compare("eq", "int64", was, v.const("int64", -1))
        higher = v.logic("or", "bool", v.compare("gt", dtype, got, p.read(best)), none)
        p.write(best, v.choose(dtype, higher, got, p.read(best)))
        v.do(f"store {numbers} {v.choose('int64', higher, number(pixel), was)}, ptr {winner}, align 64")
    with p.elements(at) as pixel:
        won = v.compare("eq", "int64", v.value(f"load {numbers}, ptr {winner}, align 64"), number(pixel))
        here = v.element(one, to, v.add(v.mul(pixel, p.channels), channel))
        share = v.choose(dtype, won, slope, v.zero(dtype))
        v.store(dtype, v.plus(dtype, v.load(dtype, here, mask), share), here, mask)
