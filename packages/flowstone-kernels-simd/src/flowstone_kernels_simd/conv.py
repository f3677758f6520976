"""Direct convolutions, channels last: forward, and the gradients of the input and of the filter.

The input is copied into one with a border of zeros, where the elements of a window's row (its columns and channels) are
neighbours; so the micro-kernel reads windows where they lie, as the rows of a matrix. The gradient of the input is
the same convolution of the spread-out gradient with the filter turned around; that of the filter is one product for
each row of the filter, summed over images.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from flowstone_core.errors import OpError, SpecError
from flowstone_core.kernels.conv import windows_of
from flowstone_core.windows import Window, layout_of
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd import gemm, microkernel, native
from flowstone_kernels_simd.ir import SCALARS, SIZES, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.rules_math import REALS
from flowstone_kernels_simd.values import Call, Unsupported, Value, View
from flowstone_kernels_simd.vectors import Vectors

_NS_PER_PRODUCT = 0.013


@rule("Conv2D")
def _forward(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    x, filter_ = inputs
    windows = _windows(node, x.shape, filter_.shape)
    return convolution(low, x, filter_, windows)


@rule("Conv2DBackpropInput")
def _input_gradient(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    _, filter_, dy = inputs
    shape = low.shape_of(node)
    return input_gradient(low, filter_, dy, _windows(node, shape, filter_.shape))


@rule("Conv2DBackpropFilter")
def _filter_gradient(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    x, _, dy = inputs
    shape = low.shape_of(node)
    return filter_gradient(low, x, dy, _windows(node, x.shape, shape))


def _refuse(node: Node) -> str | None:
    if node.attrs["data_format"] != "NHWC":
        return "channels first"
    if node.attrs["dilations"][2] != 1:
        return "dilated columns"
    return None if node.outputs[0].dtype.name in REALS else f"{node.outputs[0].dtype.name} convolutions"


for _name in ("Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter"):
    REFUSALS[_name] = _refuse


def _windows(node: Node, image: Sequence[int], filter_: Sequence[int]) -> tuple[Window, Window]:
    if image[3] != filter_[2]:
        raise Unsupported("grouped convolutions")
    try:
        rows, columns = windows_of(image[1:3], filter_[:2], layout_of("NHWC"), node.attrs)
    except (OpError, SpecError) as error:
        raise Unsupported(str(error)) from None
    return rows, columns


# -- the three products ------------------------------------------------------------------------------------------------


def convolution(low: Lowering, x: Value, filter_: Value, windows: tuple[Window, Window]) -> Value:
    """``y[n, i, j, :] = sum over the window of x · filter``."""
    rows, columns = windows
    batch, channels, results = x.shape[0], x.shape[3], filter_.shape[3]
    shape = (batch, rows.out, columns.out, results)
    if 0 in shape or channels == 0:
        return low.spread(low.number(x.dtype, 0), shape)
    if all(w.kernel == w.stride == 1 and w.size == w.out for w in windows):  # a product for each pixel
        matrix = low.reshape(filter_, (channels, results))
        flat = low.reshape(x, (batch * rows.out * columns.out, channels))
        return low.reshape(gemm.product(low, flat, matrix, False, False), shape)
    padded = bordered(low, x, rows, columns)
    packed = _packed(low, low.reshape(filter_, (rows.kernel * columns.kernel * channels, results)))
    low.uses[x.dtype] = None
    stride = columns.stride * channels
    tile = window_tile(x.dtype, stride, columns.out)
    low.imports.update(tile.addresses)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        tile.declare(module)
        v = Vectors(module, 1)
        one = SCALARS[x.dtype]
        source, weights, target = (base_address(v, value.locate()) for value in (padded, packed, outputs[0]))
        width = microkernel.columns_of(x.dtype)
        panels = -(-results // width)
        depth = columns.kernel * channels
        line = columns.padded * channels
        with v.loop("%low", "%high") as item:
            image = v.value(f"udiv i64 {item}, {rows.out}")
            row = v.value(f"urem i64 {item}, {rows.out}")
            first = v.add(v.mul(image, rows.padded), v.mul(row, rows.stride))
            a = v.element(one, source, v.mul(first, line))
            with v.loop(0, panels) as panel:
                column = v.mul(panel, width)
                b = v.element(one, weights, v.mul(panel, rows.kernel * depth * width))
                c = v.element(one, target, v.add(v.mul(item, columns.out * results), column))
                left = v.value(f"sub i64 {results}, {column}")
                v.do(
                    f"call void @{tile.name}(ptr {a}, i64 0, i64 {rows.dilation * line}, i64 {rows.kernel}, ptr {b}, "
                    f"i64 {width}, ptr {c}, i64 {results}, i64 {columns.out}, i64 {depth}, i64 {left}, i1 false)"
                )
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        work = batch * rows.out * columns.out * rows.kernel * depth * results
        return Call(name, batch * rows.out, max(1, rows.out // 4), work * _NS_PER_PRODUCT)

    (made,) = low.stage([padded, packed], [(shape, x.dtype)], write)
    return made


def input_gradient(low: Lowering, filter_: Value, dy: Value, windows: tuple[Window, Window]) -> Value:
    """The gradient with respect to the input."""
    rows, columns = windows
    around = [
        Window(
            size=(w.out - 1) * w.stride + 1,
            kernel=w.kernel,
            stride=1,
            dilation=w.dilation,
            before=(w.kernel - 1) * w.dilation - w.before,
            after=w.size + w.before - ((w.out - 1) * w.stride + 1),
            out=w.size,
        )
        for w in (rows, columns)
    ]
    if any(w.before < 0 or w.after < 0 for w in around):
        raise Unsupported("padding beyond the window")

    def turned(view: View) -> View:
        high, wide, channels, results = view.shape
        a, b, c, d = view.strides
        offset = view.offset + (high - 1) * a + (wide - 1) * b
        return View(view.buffer, (high, wide, results, channels), (-a, -b, d, c), offset)

    high, wide, channels, results = filter_.shape
    if 0 in (*filter_.shape, *dy.shape):
        return low.spread(low.number(dy.dtype, 0), (dy.shape[0], rows.size, columns.size, channels))
    whole = low.contiguous(filter_)
    backwards = low.copied(low.view(whole, (high, wide, results, channels), turned))
    gradient = dy
    if rows.stride != 1 or columns.stride != 1:
        gradient = spread_out(low, dy, rows, columns)
    return convolution(low, gradient, backwards, (around[0], around[1]))


def filter_gradient(low: Lowering, x: Value, dy: Value, windows: tuple[Window, Window]) -> Value:
    """The gradient with respect to the filter."""
    rows, columns = windows
    batch, channels, results = x.shape[0], x.shape[3], dy.shape[3]
    shape = (rows.kernel, columns.kernel, channels, results)
    if 0 in (*shape, batch, rows.out, columns.out):
        return low.spread(low.number(x.dtype, 0), shape)
    padded = bordered(low, x, rows, columns)
    width = microkernel.columns_of(x.dtype)
    pixels = batch * rows.out * columns.out
    direct = results % width == 0
    gradient = low.contiguous(dy) if direct else _packed(low, low.reshape(dy, (pixels, results)))
    low.uses[x.dtype] = None

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        library = microkernel.library(x.dtype)
        library.declare(module)
        v = Vectors(module, 1)
        one = SCALARS[x.dtype]
        source, slope, target = (base_address(v, value.locate()) for value in (padded, gradient, outputs[0]))
        panels = -(-results // width)
        height = columns.kernel * channels
        strip = 4 * microkernel.rows_of_tile()
        strips = -(-height // strip)
        line = columns.padded * channels
        distance = results if direct else width
        with v.loop("%low", "%high") as item:
            row = v.value(f"udiv i64 {item}, {panels * strips}")
            rest = v.value(f"urem i64 {item}, {panels * strips}")
            first = v.mul(v.value(f"udiv i64 {rest}, {panels}"), strip)
            panel = v.value(f"urem i64 {rest}, {panels}")
            column = v.mul(panel, width)
            here = v.minimum(v.value(f"sub i64 {height}, {first}"), strip)
            left = v.value(f"sub i64 {results}, {column}")
            c = v.add(v.mul(v.add(v.mul(row, height), first), results), column)
            c = v.element(one, target, c)
            base = v.add(v.mul(row, rows.dilation * line), first)
            with v.loop(0, batch) as image:
                a = v.element(one, source, v.add(base, v.mul(image, rows.padded * line)))
                start = v.mul(image, rows.out * columns.out * distance)
                b = v.element(one, slope, v.add(start, column if direct else v.mul(panel, pixels * width)))
                more = v.value(f"icmp sgt i64 {image}, 0")
                v.do(
                    f"call void @{library.prefix}_tile(ptr {a}, i64 {columns.stride * channels}, "
                    f"i64 {rows.stride * line}, i64 {rows.out}, ptr {b}, i64 {distance}, ptr {c}, i64 {results}, "
                    f"i64 {here}, i64 {columns.out}, i64 {left}, i1 {more})"
                )
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        work = pixels * rows.kernel * height * results
        return Call(name, rows.kernel * strips * panels, 1, work * _NS_PER_PRODUCT)

    (made,) = low.stage([padded, gradient], [(shape, x.dtype)], write)
    return made


# -- what they are made of ---------------------------------------------------------------------------------------------


def bordered(low: Lowering, x: Value, rows: Window, columns: Window) -> Value:
    """Images with zeros around them."""
    x = low.contiguous(x)
    if not (rows.before or rows.after or columns.before or columns.after):
        return x
    key = ("bordered", x, rows.before, rows.padded, columns.before, columns.padded)
    if key in low.copies:
        return low.copies[key]
    made = _placed(low, x, (rows.padded, columns.padded), (rows.before, columns.before), (1, 1))
    low.copies[key] = made
    return made


def spread_out(low: Lowering, dy: Value, rows: Window, columns: Window) -> Value:
    """Images whose pixels stand ``stride`` apart, zeros between them."""
    size = ((rows.out - 1) * rows.stride + 1, (columns.out - 1) * columns.stride + 1)
    return _placed(low, low.contiguous(dy), size, (0, 0), (rows.stride, columns.stride))


def _placed(low: Lowering, x: Value, size: tuple[int, int], start: tuple[int, int], step: tuple[int, int]) -> Value:
    """Images of another size: zeros, and each pixel at its place."""
    batch, high, wide, channels = x.shape

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        module.declare("void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
        v = Vectors(module, 1)
        one, item_size = SCALARS[x.dtype], SIZES[x.dtype]
        source, target = base_address(v, x.locate()), base_address(v, outputs[0].locate())
        line = size[1] * channels
        with v.loop("%low", "%high") as image:
            to = v.element(one, target, v.mul(image, size[0] * line))
            v.do(f"call void @llvm.memset.p0.i64(ptr {to}, i8 0, i64 {size[0] * line * item_size}, i1 false)")
            from_ = v.element(one, source, v.mul(image, high * wide * channels))
            with v.loop(0, high) as row:
                here = v.add(v.mul(v.add(v.mul(row, step[0]), start[0]), line), start[1] * channels)
                goal, origin = v.element(one, to, here), v.element(one, from_, v.mul(row, wide * channels))
                pieces = 1 if step[1] == 1 else wide
                length = wide * channels // pieces
                with v.loop(0, pieces) as piece:
                    a = v.element(one, origin, v.mul(piece, length))
                    b = v.element(one, goal, v.mul(piece, step[1] * channels))
                    v.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {b}, ptr {a}, i64 {length * item_size}, i1 false)")
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, batch, 1, batch * size[0] * line * 0.1)

    (made,) = low.stage([x], [((batch, *size, channels), x.dtype)], write)
    return made


def _packed(low: Lowering, matrix: Value) -> Value:
    """A matrix as panels of columns, each with its rows one behind the other."""
    matrix = low.contiguous(matrix)
    depth, columns = matrix.shape
    width = microkernel.columns_of(matrix.dtype)
    panels = -(-columns // width)
    low.uses[matrix.dtype] = None

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        library = microkernel.library(matrix.dtype)
        library.declare(module)
        v = Vectors(module, 1)
        one = SCALARS[matrix.dtype]
        source, target = base_address(v, matrix.locate()), base_address(v, outputs[0].locate())
        with v.loop("%low", "%high") as panel:
            column = v.mul(panel, width)
            from_ = v.element(one, source, column)
            to = v.element(one, target, v.mul(panel, depth * width))
            left = v.value(f"sub i64 {columns}, {column}")
            v.do(
                f"call void @{library.prefix}_pack(ptr {from_}, i64 {columns}, i64 1, i64 {depth}, i64 {left}, ptr {to})"
            )
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, panels, 1, depth * panels * width * 0.1)

    (made,) = low.stage([matrix], [((panels, depth, width), matrix.dtype)], write)
    return made


class WindowTile:
    """The micro-kernels for windows that stand ``stride`` elements apart, as a library of its own."""

    def __init__(self, dtype: str, stride: int, count: int) -> None:
        self.name = f"flowstone_windows_{dtype}_{stride}_{count}"
        most = microkernel.rows_of_tile()
        strips = -(-count // most)
        heights = sorted({count // strips, -(-count // strips)})
        module = Module()
        for height in heights:
            microkernel.kernel(module, dtype, height, stride)
        microkernel.tile(module, dtype, self.name, heights, stride)
        self.text = module.text()

    def declare(self, module: Module) -> None:
        """Declare it in a module that calls it."""
        i, p = "i64", "ptr"
        module.declare(f"void @{self.name}({', '.join([p, i, i, i, p, i, p, i, i, i, i, 'i1'])})")

    @functools.cached_property
    def addresses(self) -> dict[str, int]:
        """Where it is."""
        return native.load(self.text, [self.name])


@functools.cache
def window_tile(dtype: str, stride: int, count: int) -> WindowTile:
    """The library for a row of ``count`` windows."""
    return WindowTile(dtype, stride, count)


__all__ = ["convolution", "filter_gradient", "input_gradient"]
