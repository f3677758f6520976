"""Products with few columns: vectors lie along the depth, and are added up across their lanes at the end."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flowstone_core.windows import Window

from flowstone_kernels_simd import images, microkernel, native
from flowstone_kernels_simd.ir import SCALARS, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.rules_array import permuted
from flowstone_kernels_simd.strict import strict
from flowstone_kernels_simd.values import Call, Value
from flowstone_kernels_simd.vectors import Vectors

_ROWS = 8
"""How many rows are computed at a time."""

_COLUMNS = 2
"""And how many columns."""


def worthwhile(dtype: str, length: int, columns: int) -> bool:
    """Whether panels of columns would be mostly empty, and the depth fills vectors."""
    lanes = microkernel.lanes_of(dtype)
    return not strict() and columns <= lanes // 2 and length >= lanes


_PARAMETERS = "ptr %a, i64 %lda, i64 %stretch, i64 %outer, ptr %b, i64 %ldb, ptr %c, i64 %ldc, i64 %depth, i1 %more"
_TYPES = "ptr, i64, i64, i64, ptr, i64, ptr, i64, i64, i1"


@dataclass(frozen=True)
class Rows:
    """Rows in memory: where the first begins, how far apart they are, and the stretches that a row is made of."""

    pointer: str
    apart: str | int
    length: int = 0
    outer: int = 1
    stretch: int = 0


class Library:
    """The functions for one element type: ``rows × columns`` sums of products along the depth."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        self.prefix = f"flowstone_dots_{dtype}"
        module = Module()
        for rows in (1, _ROWS):
            for columns in range(1, _COLUMNS + 1):
                _kernel(module, dtype, f"{self.prefix}_{rows}_{columns}", rows, columns)
        self.text = module.text()

    def declare(self, module: Module) -> None:
        """Declare the functions in a module that calls them."""
        for rows in (1, _ROWS):
            for columns in range(1, _COLUMNS + 1):
                module.declare(f"void @{self.prefix}_{rows}_{columns}({_TYPES})")

    @functools.cached_property
    def addresses(self) -> dict[str, int]:
        """Where they are."""
        names = [f"{self.prefix}_{rows}_{columns}" for rows in (1, _ROWS) for columns in range(1, _COLUMNS + 1)]
        return native.load(self.text, names)


@functools.cache
def library(dtype: str) -> Library:
    """The library of an element type."""
    return Library(dtype)


def _kernel(module: Module, dtype: str, name: str, rows: int, columns: int) -> None:
    """``C[rows, columns] (+)= A[rows, depth] · B[columns, depth]ᵀ``; rows of A, B and C at run-time distances."""
    v = Vectors(module, microkernel.lanes_of(dtype))
    kind, one = v.kind(dtype), SCALARS[dtype]
    slots = [[v.slot(kind, 64) for _ in range(columns)] for _ in range(rows)]
    for slot in (slot for row in slots for slot in row):
        v.do(f"store {kind} zeroinitializer, ptr {slot}, align 64")

    def at(a: str, b: str, depth: str | int, mask: str | None) -> None:
        ones = [v.load(dtype, v.element(one, a, v.add(depth, v.mul("%lda", row))), mask) for row in range(rows)]
        for column in range(columns):
            other = v.load(dtype, v.element(one, b, v.add(depth, v.mul("%ldb", column))), mask)
            for row in range(rows):
                slot = slots[row][column]
                old = v.value(f"load {kind}, ptr {slot}, align 64")
                v.do(f"store {kind} {v.fma(dtype, ones[row], other, old)}, ptr {slot}, align 64")

    whole = v.value(f"and i64 %depth, {-v.lanes}")
    rest = v.value(f"sub i64 %depth, {whole}")
    mask = v.first_lanes(rest)
    uneven = v.value(f"icmp sgt i64 {rest}, 0")
    with v.loop(0, "%outer") as number:
        a = v.element(one, "%a", v.mul(number, "%stretch"))
        b = v.element(one, "%b", v.mul(number, "%depth"))
        with v.loop(0, whole, v.lanes) as depth:
            at(a, b, depth, None)
        with v.when(uneven):
            at(a, b, whole, mask)
    for row in range(rows):
        for column in range(columns):
            total = v.lane(dtype, v.fold("sum", dtype, v.value(f"load {kind}, ptr {slots[row][column]}, align 64")))
            place = v.element(one, "%c", v.add(v.mul("%ldc", row), column))
            before = v.value(f"load {one}, ptr {place}")
            add = "fadd" if one in ("float", "double") else "add"
            sum_ = v.value(f"{add} {one} {before}, {total}")
            v.do(f"store {one} {v.value(f'select i1 %more, {one} {sum_}, {one} {total}')}, ptr {place}")
    v.finish(name, _PARAMETERS, linkage="")


def emit_rows(v: Vectors, dtype: str, a: Rows, b: Rows, c: Rows, count: str | int, columns: int, more: bool) -> None:
    """All rows of a product: by fours, then one by one. The rows of ``b`` are the result's columns."""
    prefix, one = library(dtype).prefix, SCALARS[dtype]

    def run(first: str, rows: int) -> None:
        for column in range(0, columns, _COLUMNS):
            wide = min(_COLUMNS, columns - column)
            here = v.element(one, a.pointer, v.mul(first, a.apart))
            goal = v.element(one, c.pointer, v.add(v.mul(first, c.apart), column))
            v.do(
                f"call void @{prefix}_{rows}_{wide}(ptr {here}, i64 {a.apart}, i64 {a.stretch}, i64 {a.outer}, "
                f"ptr {v.element(one, b.pointer, v.mul(column, b.apart))}, i64 {b.apart}, ptr {goal}, i64 {c.apart}, "
                f"i64 {a.length}, i1 {'true' if more else 'false'})"
            )

    whole: str | int = count - count % _ROWS if isinstance(count, int) else v.value(f"and i64 {count}, {-_ROWS}")
    with v.loop(0, whole, _ROWS) as row:
        run(row, _ROWS)
    with v.loop(whole, count) as row:
        run(row, 1)


def convolution(
    low: Any,
    x: Value,
    filter_: Value,
    windows: Sequence[Window],
    stretches: images.Stretches,
    shape: tuple[int, ...],
) -> Value:
    """A convolution with few results."""
    bands = images.Bands(x, windows) if images.Bands.worthwhile(x, windows) else None
    padded = low.contiguous(x) if bands else images.bordered(low, x, windows)
    dtype, channels, results = padded.dtype, padded.shape[-1], shape[-1]
    depth = math.prod(filter_.shape[:-1])
    flat = low.reshape(filter_, (depth, results))
    weights = low.copied(permuted(low, flat, [1, 0]))
    low.imports.update(library(dtype).addresses)
    first, last = windows[0], windows[-1]
    count = math.prod(shape[:-2])

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        library(dtype).declare(module)
        v = Vectors(module, microkernel.lanes_of(dtype))
        one = SCALARS[dtype]
        source, panel, target = (base_address(v, value.locate()) for value in (padded, weights, outputs[0]))

        def row_of_results(a: str, c: str) -> None:
            part = stretches.inner * stretches.length
            for number, place in enumerate(stretches.places):
                rows = Rows(
                    v.element(one, a, place), last.stride * channels, stretches.length, stretches.inner, stretches.apart
                )
                columns = Rows(v.element(one, panel, number * part), depth)
                emit_rows(v, dtype, rows, columns, Rows(c, results), last.out, results, number > 0)

        work = count * last.out * depth * results * 3 * microkernel.NS_PER_PRODUCT
        if bands is None:
            with v.loop("%low", "%high") as item:
                a = v.element(one, source, images.first_element(v, item, windows, channels))
                row_of_results(a, v.element(one, target, v.mul(item, last.out * results)))
            v.finish(name, "ptr %table, i64 %low, i64 %high")
            return Call(name, count, max(1, count // 64), work, last.out)
        room = bands.room(v)
        with v.loop("%low", "%high") as item:
            image, band = v.value(f"udiv i64 {item}, {bands.count}"), v.value(f"urem i64 {item}, {bands.count}")
            bands.fill(v, room, source, image, band)
            top = v.mul(band, bands.rows)
            with v.loop(top, v.minimum(v.add(top, bands.rows), first.out)) as row:
                a = v.element(one, room, v.mul(v.value(f"sub i64 {row}, {top}"), first.stride * bands.line))
                place = v.add(v.mul(image, first.out), row)
                row_of_results(a, v.element(one, target, v.mul(place, last.out * results)))
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, shape[0] * bands.count, 1, work, bands.rows * last.out)

    even = bands is None or first.out % bands.rows == 0  # blocks of equal height
    (made,) = low.stage([padded, weights], [(shape, dtype)], write, rows=count * last.out if even else None)
    result: Value = made
    return result
