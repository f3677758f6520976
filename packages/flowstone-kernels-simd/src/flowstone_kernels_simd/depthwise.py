"""Depthwise convolutions: each channel by itself, in vectors of channels.

With several results a channel, channels are repeated first. Where channels would leave most of a vector empty and windows
are neighbours, a whole row of results is treated as channels: the filter is repeated along it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flowstone_core.windows import Window
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd import conv, images
from flowstone_kernels_simd.cpu import cpu
from flowstone_kernels_simd.ir import SCALARS, SIZES, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.values import Call, Shape, Unsupported, Value
from flowstone_kernels_simd.vectors import Vectors

_NS_PER_PRODUCT = 0.03

_AT_ONCE = 9
"""The most places of a window whose sums for the filter's gradient are kept in registers."""

_UNROLLED = 9
"""Wider windows are walked through by a loop."""


@rule("DepthwiseConv2dNative", widened=True)
def _forward(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    layout = conv.layout_for(node)
    x, filter_ = images.channels_last(low, inputs[0], layout), inputs[1]
    windows = conv.windows_for(node, layout, x.shape[1:-1], filter_.shape)
    *sizes, channels, multiplier = filter_.shape
    if channels != x.shape[-1]:
        raise Unsupported("channels that do not fit the filter")
    weights = low.reshape(filter_, (*sizes, channels * multiplier))
    return images.restored(low, convolution(low, _repeated(low, x, multiplier), weights, windows), layout)


@rule("DepthwiseConv2dNativeBackpropInput", widened=True)
def _input_gradient(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    layout = conv.layout_for(node)
    filter_, dy = inputs[1], images.channels_last(low, inputs[2], layout)
    windows = conv.windows_for(node, layout, layout.pick(low.shape_of(node)), filter_.shape)
    *sizes, channels, multiplier = filter_.shape
    _check(dy, windows, channels * multiplier)
    if 0 in (*filter_.shape, *dy.shape, *low.shape_of(node)):
        return low.spread(low.number(dy.dtype, 0), low.shape_of(node))
    weights = low.reshape(images.turned(low, filter_), (*sizes, channels * multiplier))
    made = convolution(low, images.spread_out(low, dy, windows), weights, images.backwards(windows))
    if multiplier != 1:
        parted = low.reshape(made, (*made.shape[:-1], channels, multiplier))
        made = low.reshape(low.reduce("sum", parted, [-1]), (*made.shape[:-1], channels))
    return images.restored(low, made, layout)


@rule("DepthwiseConv2dNativeBackpropFilter", widened=True)
def _filter_gradient(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    layout = conv.layout_for(node)
    x, dy = (images.channels_last(low, inputs[index], layout) for index in (0, 2))
    shape = low.shape_of(node)
    windows = conv.windows_for(node, layout, x.shape[1:-1], shape)
    _check(dy, windows, shape[2] * shape[3])
    return low.reshape(filter_gradient(low, _repeated(low, x, shape[3]), dy, windows), shape)


for _name in ("", "BackpropInput", "BackpropFilter"):
    REFUSALS[f"DepthwiseConv2dNative{_name}"] = conv.refuse


def _check(dy: Value, windows: Sequence[Window], channels: int) -> None:
    if dy.shape[1:] != (*(w.out for w in windows), channels):
        raise Unsupported("a gradient of another shape")


def _repeated(low: Lowering, x: Value, times: int) -> Value:
    """Each channel as many times as it has results."""
    if times == 1 or x.size == 0:
        return low.reshape(x, (*x.shape[:-1], x.shape[-1] * times))
    spread = low.spread(low.reshape(x, (*x.shape, 1)), (*x.shape, times))
    return low.reshape(spread, (*x.shape[:-1], x.shape[-1] * times))


@dataclass(frozen=True)
class _Plan:
    """What is a vector, and what is walked over, in one row of results.

    Attributes:
        length: The elements that vectors lie along.
        pixels: How many such stretches there are.
        flat: Whether the whole row is one of them.
    """

    length: int
    pixels: int
    flat: bool

    @classmethod
    def of(cls, dtype: str, channels: int, columns: Window) -> _Plan:
        """The plan for rows of so many windows."""
        lanes = cpu().vector_bytes // SIZES[dtype]
        full = channels / (-(-channels // lanes) * lanes)
        if columns.stride == 1 and full <= 0.5:
            return cls(columns.out * channels, 1, True)
        return cls(channels, columns.out, False)


def convolution(low: Lowering, x: Value, filter_: Value, windows: Sequence[Window]) -> Value:
    """``y[n, i, j, c] = sum over the window of x[..., c] · filter[..., c]``."""
    rows, columns = windows
    batch, channels, dtype = x.shape[0], x.shape[-1], x.dtype
    shape = (batch, rows.out, columns.out, channels)
    if 0 in shape or 0 in filter_.shape:
        return low.spread(low.number(dtype, 0), shape)
    bands = images.Bands(x, windows) if images.Bands.worthwhile(x, windows) else None
    padded = low.contiguous(x) if bands else images.bordered(low, x, windows)
    plan = _Plan.of(dtype, channels, columns)
    if plan.flat:
        wide = low.reshape(filter_, (rows.kernel, columns.kernel, 1, channels))
        filter_ = low.spread(wide, (rows.kernel, columns.kernel, columns.out, channels))
    weights = low.contiguous(filter_)
    line = columns.padded * channels

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        v = Vectors(module, cpu().vector_bytes // SIZES[dtype])
        one, kind = SCALARS[dtype], v.kind(dtype)
        source, filters, target = (base_address(v, value.locate()) for value in (padded, weights, outputs[0]))
        at_once = 8 if cpu().registers == 32 else 6
        totals = [v.slot(kind, 64) for _ in range(at_once)]

        def units(a: str, w: str, y: str, count: int, mask: str | None) -> None:
            """Some results: neighbouring pixels, or vectors of a row that is flat."""
            apart = (v.lanes, v.lanes, v.lanes) if plan.flat else (columns.stride * channels, 0, channels)
            for total in totals[:count]:
                v.do(f"store {kind} zeroinitializer, ptr {total}, align 64")

            def tap(place: str | int, weight: str | int) -> None:
                here, there = v.element(one, a, place), v.element(one, w, weight)
                shared = None if apart[1] else v.load(dtype, there, mask)
                for number, total in enumerate(totals[:count]):
                    factor = shared or v.load(dtype, v.element(one, there, number * apart[1]), mask)
                    got = v.load(dtype, v.element(one, here, number * apart[0]), mask)
                    old = v.value(f"load {kind}, ptr {total}, align 64")
                    v.do(f"store {kind} {v.fma(dtype, got, factor, old)}, ptr {total}, align 64")

            _walk(v, windows, line, channels, plan.length, tap)
            for number, total in enumerate(totals[:count]):
                made = v.value(f"load {kind}, ptr {total}, align 64")
                v.store(dtype, made, v.element(one, y, number * apart[2]), mask)

        def row_of_results(a: str, y: str) -> None:
            if plan.flat:
                whole = plan.length - plan.length % (at_once * v.lanes)
                with v.loop(0, whole, at_once * v.lanes) as index:
                    here, there, goal = (v.element(one, p, index) for p in (a, filters, y))
                    units(here, there, goal, at_once, None)
                with v.loop(whole, plan.length, v.lanes) as index:
                    mask = v.first_lanes(v.value(f"sub i64 {plan.length}, {index}"))
                    here, there, goal = (v.element(one, p, index) for p in (a, filters, y))
                    units(here, there, goal, 1, mask)
            else:
                with v.loop(0, channels, v.lanes) as channel:
                    mask_ = _mask(v, channels, channel)
                    a_, w_, y_ = (v.element(one, p, channel) for p in (a, filters, y))
                    whole = plan.pixels - plan.pixels % at_once
                    for start, stop, count in ((0, whole, at_once), (whole, plan.pixels, 1)):
                        with v.loop(start, stop, count) as pixel:
                            here = v.element(one, a_, v.mul(pixel, columns.stride * channels))
                            units(here, w_, v.element(one, y_, v.mul(pixel, channels)), count, mask_)

        work = math.prod(shape) * rows.kernel * columns.kernel * _NS_PER_PRODUCT
        if bands is None:
            with v.loop("%low", "%high") as item:
                image, row = v.value(f"udiv i64 {item}, {rows.out}"), v.value(f"urem i64 {item}, {rows.out}")
                first = v.add(v.mul(image, rows.padded), v.mul(row, rows.stride))
                a = v.element(one, source, v.mul(first, line))
                row_of_results(a, v.element(one, target, v.mul(item, columns.out * channels)))
            v.finish(name, "ptr %table, i64 %low, i64 %high")
            return Call(name, batch * rows.out, max(1, rows.out // 4), work, columns.out)
        room = bands.room(v)
        with v.loop("%low", "%high") as item:
            image, band = v.value(f"udiv i64 {item}, {bands.count}"), v.value(f"urem i64 {item}, {bands.count}")
            bands.fill(v, room, source, image, band)
            top = v.mul(band, bands.rows)
            with v.loop(top, v.minimum(v.add(top, bands.rows), rows.out)) as row:
                a = v.element(one, room, v.mul(v.value(f"sub i64 {row}, {top}"), rows.stride * line))
                place = v.add(v.mul(image, rows.out), row)
                row_of_results(a, v.element(one, target, v.mul(place, columns.out * channels)))
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, batch * bands.count, 1, work, bands.rows * columns.out)

    even = bands is None or rows.out % bands.rows == 0  # blocks of equal height
    in_rows = batch * rows.out * columns.out if even else None
    (made,) = low.stage([padded, weights], [(shape, dtype)], write, rows=in_rows)
    return made


def _mask(v: Vectors, length: int, index: str | int) -> str | None:
    return v.first_lanes(v.value(f"sub i64 {length}, {index}")) if length % v.lanes else None


def _walk(
    v: Vectors,
    windows: Sequence[Window],
    line: int,
    channels: int,
    length: int,
    tap: Callable[[str | int, str | int], None],
) -> None:
    """Each place of a window, and where its weights are."""
    rows, columns = windows
    with v.loop(0, rows.kernel) as y:
        place, weight = v.mul(y, rows.dilation * line), v.mul(y, columns.kernel * length)
        if columns.kernel <= _UNROLLED:
            for number in range(columns.kernel):
                tap(v.add(place, number * columns.dilation * channels), v.add(weight, number * length))
            return
        with v.loop(0, columns.kernel) as x:
            tap(v.add(place, v.mul(x, columns.dilation * channels)), v.add(weight, v.mul(x, length)))


def filter_gradient(low: Lowering, x: Value, dy: Value, windows: Sequence[Window]) -> Value:
    """``d[i, j, c] = sum over images and windows of x · dy``."""
    rows, columns = windows
    batch, channels, dtype = x.shape[0], x.shape[-1], x.dtype
    shape: Shape = (rows.kernel, columns.kernel, channels)
    if 0 in (*shape, *x.shape, *dy.shape):
        return low.spread(low.number(dtype, 0), shape)
    padded, slopes = images.bordered(low, x, windows), low.contiguous(dy)
    plan = _Plan.of(dtype, channels, columns)
    line = columns.padded * channels
    result = (rows.kernel, columns.kernel, plan.length)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        v = Vectors(module, cpu().vector_bytes // SIZES[dtype])
        one, kind = SCALARS[dtype], v.kind(dtype)
        source, slope, target = (base_address(v, value.locate()) for value in (padded, slopes, outputs[0]))
        blocks = -(-plan.length // v.lanes)
        wide = min(columns.kernel, _UNROLLED)
        chunks = -(-columns.kernel // wide)
        high = rows.kernel if rows.kernel * columns.kernel <= _AT_ONCE and blocks > 1 else 1
        taps = [(y, x) for y in range(high) for x in range(wide)]  # what an item has the sums of
        sets = max(1, 8 // len(taps)) if plan.pixels > 1 else 1
        parts = [[v.slot(kind, 64) for _ in taps] for _ in range(sets)]
        totals = [v.slot(kind, 64) for _ in taps]

        def reset(slots: Sequence[str]) -> None:
            for slot in slots:
                v.do(f"store {kind} zeroinitializer, ptr {slot}, align 64")

        def add(to: str, value: str) -> None:
            old = v.value(f"load {kind}, ptr {to}, align 64")
            v.do(f"store {kind} {v.plus(dtype, old, value)}, ptr {to}, align 64")

        with v.loop("%low", "%high") as item:
            block = v.mul(v.value(f"urem i64 {item}, {blocks}"), v.lanes)
            rest = v.value(f"udiv i64 {item}, {blocks}")
            tap_row = v.mul(v.value(f"udiv i64 {rest}, {chunks}"), high)
            tap: str | int = 0
            if chunks > 1:  # chunks overlap where they do not fill the window
                tap = v.minimum(v.mul(v.value(f"urem i64 {rest}, {chunks}"), wide), columns.kernel - wide)
            mask = _mask(v, plan.length, block)
            a = v.element(one, source, v.add(block, v.mul(tap_row, rows.dilation * line)))
            a = v.element(one, a, v.mul(tap, columns.dilation * channels))
            g = v.element(one, slope, block)
            reset(totals)
            with v.loop(0, batch) as image:
                for slots in parts:
                    reset(slots)
                with v.loop(0, rows.out) as row:
                    first = v.add(v.mul(image, rows.padded), v.mul(row, rows.stride))
                    a_ = v.element(one, a, v.mul(first, line))
                    g_ = v.element(one, g, v.mul(v.add(v.mul(image, rows.out), row), columns.out * channels))

                    def pixel(index: str | int, number: int, a_: str = a_, g_: str = g_) -> None:
                        here = v.element(one, a_, v.mul(index, columns.stride * channels))
                        factor = v.load(dtype, v.element(one, g_, v.mul(index, channels)), mask)
                        for (y, x), slot in zip(taps, parts[number], strict=True):
                            place = y * rows.dilation * line + x * columns.dilation * channels
                            got = v.load(dtype, v.element(one, here, place), mask)
                            old = v.value(f"load {kind}, ptr {slot}, align 64")
                            v.do(f"store {kind} {v.fma(dtype, got, factor, old)}, ptr {slot}, align 64")

                    whole = plan.pixels - plan.pixels % sets
                    with v.loop(0, whole, sets) as index:
                        for number in range(sets):
                            pixel(v.add(index, number), number)
                    with v.loop(whole, plan.pixels) as index:
                        pixel(index, 0)
                for slots in parts:
                    for total, slot in zip(totals, slots, strict=True):
                        add(total, v.value(f"load {kind}, ptr {slot}, align 64"))
            goal = v.add(v.mul(v.add(v.mul(tap_row, columns.kernel), tap), plan.length), block)
            for (y, x), total in zip(taps, totals, strict=True):
                made = v.value(f"load {kind}, ptr {total}, align 64")
                place = (y * columns.kernel + x) * plan.length
                v.store(dtype, made, v.element(one, target, v.add(goal, place)), mask)
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        work = batch * rows.out * columns.out * math.prod(shape)
        return Call(name, rows.kernel // high * chunks * blocks, 1, work * _NS_PER_PRODUCT)

    (made,) = low.stage([padded, slopes], [(result, dtype)], write)
    if plan.flat:
        parted = low.reshape(made, (rows.kernel, columns.kernel, columns.out, channels))
        made = low.reshape(low.reduce("sum", parted, [2]), shape)
    return made


__all__ = ["convolution", "filter_gradient"]
