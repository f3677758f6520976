"""The inner loops of matrix products and convolutions: one library for each float type, with run-time sizes.

A micro-kernel keeps a tile of ``rows × 2 vectors`` of the result in registers and adds products of a column of A and
a row of B to it. A is read where it lies, through two nested counts: ``outer`` stretches of ``depth`` elements each;
so the rows of a matrix, and the windows of an image, are the same thing. The rows of a tile are neighbours in A (A is
stored transposed) at a run-time distance along the depth; or they begin at places that are part of the code
(``WindowTile``): with both at run time there are not enough registers for addresses.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from typing import Any

from flowstone_kernels_simd import native
from flowstone_kernels_simd.cpu import cpu
from flowstone_kernels_simd.ir import SCALARS, SIZES, Module
from flowstone_kernels_simd.vectors import Vectors

DEPTH = 256
"""How deep a panel of B is packed at a time: it stays in the first-level cache."""

_UNROLL = 4

_DIRECT_ROWS = 96
"""For at most so many rows B is read where it lies, if its rows are contiguous."""

NS_PER_PRODUCT = 0.013
"""What a product of two elements costs, for deciding what is spread over threads."""


def lanes_of(dtype: str) -> int:
    """How many elements of this type a register holds."""
    return cpu().vector_bytes // SIZES[dtype]


def columns_of(dtype: str) -> int:
    """How many columns a tile has."""
    return 2 * lanes_of(dtype)


def rows_of_tile() -> int:
    """How many rows a tile has at most: accumulators fill the registers but for those of B and A."""
    return 12 if cpu().registers == 32 else 6


class Library:
    """The names and addresses of one type's functions."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        self.prefix = f"flowstone_{dtype}"
        self.text = _text(dtype, self.prefix)
        self.exports = [f"{self.prefix}_{name}" for name in ("tile", "pack", "product", "transpose")]

    def declare(self, module: Module) -> None:
        """Declare the functions in a module that calls them."""
        i, p = "i64", "ptr"
        module.declare(f"void @{self.prefix}_tile({_TILE_TYPES})")
        module.declare(f"void @{self.prefix}_pack({', '.join([p, i, i, i, i, p])})")
        product = [p, p, i, p, i, i, p, i, i, i, i]
        module.declare(f"void @{self.prefix}_product({', '.join(product)})")
        module.declare(f"void @{self.prefix}_transpose({', '.join([p, i, p, i, i, i])})")

    @functools.cached_property
    def addresses(self) -> dict[str, int]:
        """Where they are; compiled or loaded at the first request."""
        return native.load(self.text, self.exports)


@functools.cache
def library(dtype: str) -> Library:
    """The library of a float type."""
    return Library(dtype)


def _text(dtype: str, prefix: str) -> str:
    module = Module()
    for rows in range(1, rows_of_tile() + 1):
        kernel(module, dtype, rows)
    tile(module, dtype, f"{prefix}_tile", range(1, rows_of_tile() + 1))
    _pack(module, dtype, prefix)
    _product(module, dtype, prefix)
    _transpose(module, dtype, prefix)
    return module.text()


_KERNEL_PARAMETERS = (
    "ptr %a, i64 %step, i64 %stretch, i64 %outer, ptr %b, i64 %ldb, ptr %c, i64 %ldc, i64 %depth, i64 %left, i1 %more"
)
_TILE_PARAMETERS = _KERNEL_PARAMETERS.replace("i64 %depth,", "i64 %rows, i64 %depth,")
_TILE_TYPES = "ptr, i64, i64, i64, ptr, i64, ptr, i64, i64, i64, i64, i1"


def kernel(module: Module, dtype: str, rows: int, places: Sequence[int] | None = None, step: int | None = None) -> None:
    """``C[rows, 2 vectors] (+)= A · B``.

    Args:
        module: Where it goes.
        dtype: The element type.
        rows: The height of the tile.
        places: Where in A the rows of the tile begin; None if they are neighbours.
        step: The distance along the depth in A, if it is part of the code; None if it is the argument ``step``.
    """
    v = Vectors(module, lanes_of(dtype))
    kind, one = v.kind(dtype), SCALARS[dtype]
    size = SIZES[dtype]
    sets = max(1, _UNROLL // rows)  # a low tile alone would wait for each addition
    masks = [v.first_lanes("%left"), v.first_lanes(v.value(f"sub i64 %left, {v.lanes}"))]
    slots = [[[v.slot(kind, 64) for _ in (0, 1)] for _ in range(rows)] for _ in range(sets)]
    targets = []
    for row in range(rows):
        first = v.element(one, "%c", v.mul("%ldc", row))
        targets.append((first, v.element(one, first, v.lanes)))
    for slot in (slot for one_set in slots for pair in one_set for slot in pair):
        v.do(f"store {kind} zeroinitializer, ptr {slot}, align 64")
    with v.when("%more"):
        for row in range(rows):
            for half in (0, 1):
                old = v.load(dtype, targets[row][half], masks[half])
                v.do(f"store {kind} {old}, ptr {slots[0][row][half]}, align 64")
    whole = v.value(f"and i64 %depth, {-_UNROLL}")
    per_stretch = v.mul("%depth", "%ldb")
    along: str | int = "%step" if step is None else step

    def at(stretch: str, b: str, depth: str, count: int) -> None:
        start = v.element(one, stretch, v.mul(depth, along))
        for part in range(count):
            b_row = v.element(one, b, v.mul(v.add(depth, part), "%ldb"))
            halves = [
                v.value(f"load {kind}, ptr {pointer}, align {size}")
                for pointer in (b_row, v.element(one, b_row, v.lanes))
            ]
            here, fixed = (v.element(one, start, v.mul(along, part)), 0) if step is None else (start, step * part)
            for row in range(rows):
                place = v.element(one, here, (row if places is None else places[row]) + fixed)
                scalar = v.value(f"load {one}, ptr {place}, align {size}")
                factor = v.spread(dtype, scalar)
                for half in (0, 1):
                    slot = slots[part % sets][row][half]
                    old = v.value(f"load {kind}, ptr {slot}, align 64")
                    new = v.fma(dtype, factor, halves[half], old)
                    v.do(f"store {kind} {new}, ptr {slot}, align 64")
            v.do('call void asm sideeffect "", "~{memory}"()')  # loads ahead would need more registers

    with v.loop(0, "%outer") as number:
        stretch = v.element(one, "%a", v.mul(number, "%stretch"))
        b = v.element(one, "%b", v.mul(number, per_stretch))
        with v.loop(0, whole, _UNROLL) as depth:
            at(stretch, b, depth, _UNROLL)
        with v.loop(whole, "%depth") as depth:
            at(stretch, b, depth, 1)
    for row in range(rows):
        for half in (0, 1):
            new = v.value(f"load {kind}, ptr {slots[0][row][half]}, align 64")
            for one_set in slots[1:]:
                other = v.value(f"load {kind}, ptr {one_set[row][half]}, align 64")
                new = v.plus(dtype, new, other)
            v.store(dtype, new, targets[row][half], masks[half])
    v.finish(f"kernel_{rows}", _KERNEL_PARAMETERS)


def tile(module: Module, dtype: str, name: str, heights: Sequence[int], stride: int = 1) -> None:
    """All rows of a panel of columns, in strips of nearly equal height; A's rows are ``stride`` apart."""
    v = Vectors(module, lanes_of(dtype))
    one = SCALARS[dtype]
    most = rows_of_tile()
    strips = v.value(f"udiv i64 {v.add('%rows', most - 1)}, {most}")
    some = v.value("icmp sgt i64 %rows, 0")
    divisor = v.value(f"select i1 {some}, i64 {strips}, i64 1")
    low = v.value(f"udiv i64 %rows, {divisor}")
    higher = v.value(f"urem i64 %rows, {divisor}")
    row_slot = v.slot("i64", 8)
    v.do(f"store i64 0, ptr {row_slot}")
    with v.loop(0, strips) as strip:
        row = v.value(f"load i64, ptr {row_slot}")
        taller = v.value(f"icmp slt i64 {strip}, {higher}")
        height = v.add(low, v.value(f"zext i1 {taller} to i64"))
        v.do(f"store i64 {v.add(row, height)}, ptr {row_slot}")
        a = v.element(one, "%a", v.mul(row, stride))
        c = v.element(one, "%c", v.mul(row, "%ldc"))
        end = v.label()
        labels = [v.label() for _ in heights]
        cases = " ".join(f"i64 {height}, label %{label}" for height, label in zip(heights, labels, strict=True))
        v.do(f"switch i64 {height}, label %{end} [ {cases} ]")
        for rows, label in zip(heights, labels, strict=True):
            v.at(label)
            v.do(
                f"call void @kernel_{rows}(ptr {a}, i64 %step, i64 %stretch, i64 %outer, ptr %b, i64 %ldb, ptr {c}, "
                "i64 %ldc, i64 %depth, i64 %left, i1 %more)"
            )
            v.do(f"br label %{end}")
        v.at(end)
    v.finish(name, _TILE_PARAMETERS, linkage="")


def _pack(module: Module, dtype: str, prefix: str) -> None:
    """Copy ``depth × left`` elements of B, at most a panel, to ``depth × columns``, zeros in what is missing."""
    v = Vectors(module, lanes_of(dtype))
    one, lanes = SCALARS[dtype], v.lanes
    columns = 2 * lanes
    masks = [v.first_lanes("%left"), v.first_lanes(v.value(f"sub i64 %left, {lanes}"))]
    rowwise = v.value("icmp eq i64 %across, 1")
    with v.when(rowwise), v.loop(0, "%depth") as k:
        source = v.element(one, "%b", v.mul(k, "%down"))
        target = v.element(one, "%to", v.mul(k, columns))
        for half in (0, 1):
            got = v.load(dtype, v.element(one, source, half * lanes), masks[half])
            v.store(dtype, got, v.element(one, target, half * lanes))
    with v.when(v.value(f"xor i1 {rowwise}, true")):
        with v.loop(0, "%depth") as k:
            target = v.element(one, "%to", v.mul(k, columns))
            for half in (0, 1):
                v.store(dtype, "zeroinitializer", v.element(one, target, half * lanes))
        tight = v.value("icmp eq i64 %down, 1")
        blocks = v.value(f"and i64 {v.minimum('%left', columns)}, {-lanes}")
        blocks = v.value(f"select i1 {tight}, i64 {blocks}, i64 0")
        deep = v.value(f"and i64 %depth, {-lanes}")
        with v.loop(0, blocks, lanes) as j:
            with v.loop(0, deep, lanes) as k:
                source = v.element(one, "%b", v.add(k, v.mul(j, "%across")))
                rows = [v.load(dtype, v.element(one, source, v.mul("%across", index))) for index in range(lanes)]
                target = v.element(one, "%to", v.add(j, v.mul(k, columns)))
                for index, row in enumerate(transposed(v, dtype, rows)):
                    v.store(dtype, row, v.element(one, target, index * columns))
            _pack_one_by_one(v, dtype, deep, "%depth", j, v.add(j, lanes))
        _pack_one_by_one(v, dtype, 0, "%depth", blocks, v.minimum("%left", columns))
    v.finish(f"{prefix}_pack", "ptr %b, i64 %down, i64 %across, i64 %depth, i64 %left, ptr %to", linkage="")


def _pack_one_by_one(v: Vectors, dtype: str, top: str | int, bottom: str, first: str | int, last: str | int) -> None:
    one, size = SCALARS[dtype], SIZES[dtype]
    with v.loop(first, last) as j, v.loop(top, bottom) as k:
        source = v.element(one, "%b", v.add(v.mul(k, "%down"), v.mul(j, "%across")))
        got = v.value(f"load {one}, ptr {source}, align {size}")
        target = v.element(one, "%to", v.add(j, v.mul(k, 2 * v.lanes)))
        v.do(f"store {one} {got}, ptr {target}, align {size}")


def transposed(v: Vectors, dtype: str, rows: Sequence[str]) -> list[str]:
    """A square of vectors with rows and columns exchanged, by perfect shuffles."""
    kind, lanes = v.kind(dtype), v.lanes
    current = list(rows)
    half = lanes // 2
    width = 1
    while width < lanes:
        following = []
        for index in range(half):
            a, b = current[index], current[index + half]
            for start in (0, half):
                order = [position for i in range(start, start + half) for position in (i, lanes + i)]
                pattern = ", ".join(f"i32 {position}" for position in order)
                following.append(v.value(f"shufflevector {kind} {a}, {kind} {b}, <{lanes} x i32> <{pattern}>"))
        current = following
        width *= 2
    return current


def _product(module: Module, dtype: str, prefix: str) -> None:
    """One panel of columns of ``C = A · B`` by a tile function: packs B where that pays."""
    v = Vectors(module, lanes_of(dtype))
    one = SCALARS[dtype]
    columns = columns_of(dtype)
    room = v.slot(one, 64, DEPTH * columns)
    rowwise = v.value("icmp eq i64 %across, 1")
    full = v.value(f"icmp sge i64 %left, {columns}")
    few = v.value(f"icmp sle i64 %rows, {_DIRECT_ROWS}")
    direct = v.value(f"and i1 {rowwise}, {v.value(f'and i1 {full}, {few}')}")
    none = v.value("icmp eq i64 %depth, 0")
    depth_or_one = v.value(f"select i1 {none}, i64 1, i64 %depth")  # no products at all still write zeros
    with v.loop(0, depth_or_one, DEPTH) as k:
        here = v.minimum(v.value(f"sub i64 %depth, {k}"), DEPTH)
        b = v.element(one, "%b", v.mul(k, "%down"))
        with v.when(v.value(f"xor i1 {direct}, true")):
            v.do(f"call void @{prefix}_pack(ptr {b}, i64 %down, i64 %across, i64 {here}, i64 %left, ptr {room})")
        panel = v.value(f"select i1 {direct}, ptr {b}, ptr {room}")
        ldb = v.value(f"select i1 {direct}, i64 %down, i64 {columns}")
        a = v.element(one, "%a", v.mul(k, "%along"))
        more = v.value(f"icmp sgt i64 {k}, 0")
        v.do(
            f"call void %tile(ptr {a}, i64 %along, i64 0, i64 1, ptr {panel}, i64 {ldb}, ptr %c, "
            f"i64 %ldc, i64 %rows, i64 {here}, i64 %left, i1 {more})"
        )
    v.finish(
        f"{prefix}_product",
        "ptr %tile, ptr %a, i64 %along, ptr %b, i64 %down, i64 %across, ptr %c, i64 %ldc, i64 %rows, i64 %left, "
        "i64 %depth",
        linkage="",
    )


def _transpose(module: Module, dtype: str, prefix: str) -> None:
    """``to[j, i] = from[i, j]`` for a matrix, by squares of vectors."""
    v = Vectors(module, lanes_of(dtype))
    one, size, lanes = SCALARS[dtype], SIZES[dtype], v.lanes

    def singly(i: str, first: str | int) -> None:
        with v.loop(first, "%columns") as j:
            source = v.element(one, "%from", v.add(v.mul(i, "%step"), j))
            target = v.element(one, "%to", v.add(v.mul(j, "%ldt"), i))
            v.do(f"store {one} {v.value(f'load {one}, ptr {source}, align {size}')}, ptr {target}, align {size}")

    high = v.value(f"and i64 %rows, {-lanes}")
    wide = v.value(f"and i64 %columns, {-lanes}")
    with v.loop(0, high, lanes) as i:
        with v.loop(0, wide, lanes) as j:
            source = v.element(one, "%from", v.add(v.mul(i, "%step"), j))
            rows = [v.load(dtype, v.element(one, source, v.mul("%step", index))) for index in range(lanes)]
            target = v.element(one, "%to", v.add(v.mul(j, "%ldt"), i))
            for index, row in enumerate(transposed(v, dtype, rows)):
                v.store(dtype, row, v.element(one, target, v.mul("%ldt", index)))
        with v.loop(0, lanes) as part:
            singly(str(v.add(i, part)), wide)
    with v.loop(high, "%rows") as i:
        singly(i, 0)
    v.finish(
        f"{prefix}_transpose",
        "ptr %from, i64 %step, ptr %to, i64 %ldt, i64 %rows, i64 %columns",
        linkage="",
    )


class WindowTile:
    """The tiles whose rows begin at places that are known when code is made, as a library of its own.

    Args:
        dtype: The element type.
        places: Where the rows begin; or how far apart they are, however many.
        counts: The numbers of rows that it is called with.
        step: The distance along the depth, if that is known too.
    """

    def __init__(
        self, dtype: str, places: tuple[int, ...] | int, counts: tuple[int, ...], step: int | None = None
    ) -> None:
        module = Module()
        if isinstance(places, int):
            stride, heights = places, sorted({height for count in counts for height in _heights(count)})
            forms = {height: tuple(places * row for row in range(height)) for height in heights}
        else:
            stride, heights = 0, list(counts)
            forms = {counts[0]: places}
        for height in heights:
            kernel(module, dtype, height, forms[height], step)
        where = hashlib.sha256(repr((places, counts, step)).encode()).hexdigest()[:16]
        self.name = f"flowstone_windows_{dtype}_{where}"
        tile(module, dtype, self.name, heights, stride)
        self.text = module.text()

    def declare(self, module: Module) -> None:
        """Declare it in a module that calls it."""
        module.declare(f"void @{self.name}({_TILE_TYPES})")

    @functools.cached_property
    def addresses(self) -> dict[str, int]:
        """Where it is."""
        return native.load(self.text, [self.name])


def _heights(count: int) -> tuple[int, int]:
    """The heights of the strips that so many rows are divided into."""
    strips = -(-count // rows_of_tile())
    return count // strips, -(-count // strips)


@functools.cache
def window_tile(dtype: str, places: tuple[int, ...] | int, *counts: int, step: int | None = None) -> WindowTile:
    """The library for columns of so many windows."""
    return WindowTile(dtype, places, counts, step)


def imports(dtypes: Sequence[Any]) -> dict[str, int]:
    """The addresses of the libraries of these types."""
    found: dict[str, int] = {}
    for dtype in dtypes:
        found.update(library(dtype).addresses)
    return found
