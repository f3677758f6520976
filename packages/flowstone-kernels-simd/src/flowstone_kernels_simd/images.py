"""Images in memory, channels last, of any number of dimensions: borders, zeros in between, filters as panels."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from flowstone_core.windows import Layout, Window

from flowstone_kernels_simd import microkernel
from flowstone_kernels_simd.ir import SCALARS, SIZES, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import Lowering
from flowstone_kernels_simd.rules_array import permuted, section
from flowstone_kernels_simd.values import Call, Value, View
from flowstone_kernels_simd.vectors import Vectors


def channels_last(low: Lowering, x: Value, layout: Layout) -> Value:
    """Images as the kernels read them."""
    return x if layout.to_channels_last is None else permuted(low, x, list(layout.to_channels_last))


def restored(low: Lowering, y: Value, layout: Layout) -> Value:
    """Images in the layout of the op."""
    return y if layout.from_channels_last is None else permuted(low, y, list(layout.from_channels_last))


def steps_of(windows: Sequence[Window], channels: int) -> list[int]:
    """How many elements apart neighbours along each dimension of the bordered images are."""
    steps = [channels]
    for w in reversed(windows[1:]):
        steps.insert(0, steps[0] * w.padded)
    return steps


class Stretches:
    """How a window is walked through: stretches of neighbours, one behind the other at places in the image.

    Attributes:
        length: The elements of a stretch.
        inner: How many stretches follow each other at the distance ``apart``.
        places: Where each such series begins.
    """

    def __init__(self, windows: Sequence[Window], channels: int, groups: int) -> None:
        steps = steps_of(windows, channels)
        taps = [(w.kernel, w.dilation * step) for w, step in zip(windows, steps, strict=True)]
        self.length = channels // groups
        if windows[-1].dilation == 1 and groups == 1:
            self.length *= taps.pop()[0]
        self.inner, self.apart = taps.pop()
        outer = [[index * step for index in range(count)] for count, step in taps]
        self.places = [sum(parts) for parts in itertools.product(*outer)]

    @property
    def starts(self) -> list[int]:
        """Where each stretch begins."""
        return [place + index * self.apart for place in self.places for index in range(self.inner)]


def first_element(v: Vectors, item: str, windows: Sequence[Window], channels: int) -> str | int:
    """Where the first window begins of a row of windows, counted over images and all dimensions but the last."""
    steps = steps_of(windows, channels)
    offset: str | int = 0
    rest = item
    for w, step in reversed(list(zip(windows[:-1], steps, strict=False))):
        position = v.value(f"urem i64 {rest}, {w.out}")
        rest = v.value(f"udiv i64 {rest}, {w.out}")
        offset = v.add(offset, v.mul(position, w.stride * step))
    return v.add(offset, v.mul(rest, steps[0] * windows[0].padded))


def bordered(low: Lowering, x: Value, windows: Sequence[Window]) -> Value:
    """Images with zeros around them; where a border is negative, without their edge."""
    if any(w.before < 0 or w.after < 0 for w in windows):
        begin = [0, *(max(0, -w.before) for w in windows), 0]
        end = [w.size - max(0, -w.after) for w in windows]
        shape = [stop - start for start, stop in zip(begin[1:-1], end, strict=True)]
        x = section(low, x, begin, (x.shape[0], *shape, x.shape[-1]))
    x = low.contiguous(x)
    before = tuple(max(0, w.before) for w in windows)
    size = tuple(w.padded for w in windows)
    if x.shape[1:-1] == size:
        return x
    key = ("bordered", x, before, size)
    if key not in low.copies:
        low.copies[key] = _placed(low, x, size, before, (1,) * len(size))
    return low.copies[key]


_BAND_BYTES = 1 << 16
"""The largest band of an image that is given its border on the stack."""


class Bands:
    """Images of two dimensions that get their border band by band, each just before it is read.

    A band has the rows that some rows of results need. It lies on the stack, so it stays in the cache, and a bordered copy
    of all images is never written.

    Attributes:
        rows: How many rows of results a band is for.
        count: How many bands an image has.
    """

    def __init__(self, x: Value, windows: Sequence[Window]) -> None:
        self.x = x
        self.high, self.wide = windows
        self.line = self.wide.padded * x.shape[-1]
        most = _BAND_BYTES // (self.line * SIZES[x.dtype])
        reach = (self.high.kernel - 1) * self.high.dilation + 1
        self.rows = min(self.high.out, (most - reach) // self.high.stride + 1) if most >= reach else 0
        self.count = -(-self.high.out // max(1, self.rows))
        self.taken = (self.rows - 1) * self.high.stride + reach

    @staticmethod
    def worthwhile(x: Value, windows: Sequence[Window]) -> bool:
        """Whether there are borders, and bands are not mostly what neighbours have too."""
        if len(windows) != 2 or not any(w.before or w.after for w in windows):
            return False
        if any(w.before < 0 or w.after < 0 for w in windows):
            return False
        bands = Bands(x, windows)
        return bands.rows > 0 and bands.rows * bands.high.stride * 3 >= bands.taken

    def room(self, v: Vectors) -> str:
        """A place on the stack for a band."""
        return v.slot(SCALARS[self.x.dtype], 64, self.taken * self.line + v.lanes)

    def fill(self, v: Vectors, room: str, source: str, image: str, band: str | int) -> None:
        """Copy a band of an image."""
        v.module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        v.module.declare("void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
        one, item = SCALARS[self.x.dtype], SIZES[self.x.dtype]
        channels = self.x.shape[-1]
        left, inner = self.wide.before * channels, self.wide.size * channels
        right = self.line - left - inner
        top = v.mul(band, self.rows * self.high.stride)
        stop = v.minimum(v.value(f"sub i64 {self.high.padded}, {top}"), self.taken)

        def clear(pointer: str, length: int) -> None:
            if length:
                v.do(f"call void @llvm.memset.p0.i64(ptr {pointer}, i8 0, i64 {length * item}, i1 false)")

        with v.loop(0, stop) as index:
            row = v.value(f"sub i64 {v.add(top, index)}, {self.high.before}")
            to = v.element(one, room, v.mul(index, self.line))
            inside = v.value(f"icmp ult i64 {row}, {self.high.size}")
            with v.when(inside):
                from_ = v.element(one, source, v.mul(v.add(v.mul(image, self.high.size), row), inner))
                clear(to, left)
                middle = v.element(one, to, left)
                v.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {middle}, ptr {from_}, i64 {inner * item}, i1 false)")
                clear(v.element(one, middle, inner), right)
            with v.when(v.value(f"xor i1 {inside}, true")):
                clear(to, self.line)


def spread_out(low: Lowering, dy: Value, windows: Sequence[Window]) -> Value:
    """Images whose pixels stand ``stride`` apart, zeros between them."""
    if all(w.stride == 1 for w in windows):
        return dy
    size = tuple((w.out - 1) * w.stride + 1 for w in windows)
    return _placed(low, low.contiguous(dy), size, (0,) * len(size), tuple(w.stride for w in windows))


def backwards(windows: Sequence[Window]) -> list[Window]:
    """The windows, in the spread-out gradient, of the gradient with respect to the input."""
    return [
        Window(
            size=(w.out - 1) * w.stride + 1,
            kernel=w.kernel,
            stride=1,
            dilation=w.dilation,
            before=(w.kernel - 1) * w.dilation - w.before,
            after=w.size + w.before - ((w.out - 1) * w.stride + 1),
            out=w.size,
        )
        for w in windows
    ]


def turned(low: Lowering, filter_: Value) -> Value:
    """A filter that is walked through backwards."""
    whole = low.contiguous(filter_)
    spatial = len(filter_.shape) - 2

    def change(view: View) -> View:
        offset = sum((size - 1) * step for size, step in zip(view.shape[:spatial], view.strides, strict=False))
        steps = (*(-step for step in view.strides[:spatial]), *view.strides[spatial:])
        return View(view.buffer, view.shape, steps, view.offset + offset)

    return low.view(whole, filter_.shape, change)


def _placed(low: Lowering, x: Value, size: Sequence[int], start: Sequence[int], step: Sequence[int]) -> Value:
    """Images of another size: zeros, and each pixel at its place."""
    batch, *shape, channels = x.shape
    line = size[-1] * channels
    to_steps = [channels * factor for factor in contiguous_steps(size)]
    from_steps = [channels * factor for factor in contiguous_steps(shape)]
    origin = sum(at * by for at, by in zip(start, to_steps, strict=True))
    dense = step[-1] == 1

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        module.declare("void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
        v = Vectors(module, 1)
        one, item_size = SCALARS[x.dtype], SIZES[x.dtype]
        source, target = base_address(v, x.locate()), base_address(v, outputs[0].locate())
        whole = math.prod(size) * channels
        length = (shape[-1] if dense else 1) * channels

        def copy(depth: int, from_: str, to: str) -> None:
            if depth == len(size) or (dense and depth == len(size) - 1):
                v.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {to}, ptr {from_}, i64 {length * item_size}, i1 false)")
                return
            with v.loop(0, shape[depth]) as index:
                origin_ = v.element(one, from_, v.mul(index, from_steps[depth]))
                copy(depth + 1, origin_, v.element(one, to, v.mul(index, to_steps[depth] * step[depth])))

        with v.loop("%low", "%high") as image:
            to = v.element(one, target, v.mul(image, whole))
            v.do(f"call void @llvm.memset.p0.i64(ptr {to}, i8 0, i64 {whole * item_size}, i1 false)")
            copy(0, v.element(one, source, v.mul(image, math.prod(shape) * channels)), v.element(one, to, origin))
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, batch, 1, batch * math.prod(size[:-1]) * line * 0.1)

    (made,) = low.stage([x], [((batch, *size, channels), x.dtype)], write)
    return made


def contiguous_steps(sizes: Sequence[int]) -> list[int]:
    """Row-major steps, also along dimensions of one element."""
    steps = [1]
    for size in reversed(sizes[1:]):
        steps.insert(0, steps[0] * size)
    return steps


def packed(low: Lowering, matrix: Value, groups: int = 1) -> Value:
    """A matrix as panels of columns, each with its rows one behind the other; every group begins a new panel."""
    matrix = low.contiguous(matrix)
    depth, columns = matrix.shape
    each = columns // groups
    width = microkernel.columns_of(matrix.dtype)
    panels = -(-each // width)
    low.uses[matrix.dtype] = None

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        library = microkernel.library(matrix.dtype)
        library.declare(module)
        v = Vectors(module, 1)
        one = SCALARS[matrix.dtype]
        source, target = base_address(v, matrix.locate()), base_address(v, outputs[0].locate())
        with v.loop("%low", "%high") as panel:
            column = v.mul(v.value(f"urem i64 {panel}, {panels}"), width)
            from_ = v.element(one, source, v.add(v.mul(v.value(f"udiv i64 {panel}, {panels}"), each), column))
            to = v.element(one, target, v.mul(panel, depth * width))
            left = v.value(f"sub i64 {each}, {column}")
            v.do(
                f"call void @{library.prefix}_pack(ptr {from_}, i64 {columns}, i64 1, i64 {depth}, i64 {left}, ptr {to})"
            )
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, groups * panels, 1, depth * groups * panels * width * 0.1)

    (made,) = low.stage([matrix], [((groups * panels, depth, width), matrix.dtype)], write)
    return made
