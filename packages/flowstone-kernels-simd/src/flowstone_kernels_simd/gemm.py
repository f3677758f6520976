"""Matrix products."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flowstone_graphfn.graph import Node

from flowstone_kernels_simd import dots, microkernel
from flowstone_kernels_simd.ir import SCALARS, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.rules_array import permuted
from flowstone_kernels_simd.rules_math import REALS, refuse_types
from flowstone_kernels_simd.values import Call, Shape, Unsupported, Value
from flowstone_kernels_simd.vectors import Vectors

TYPES = REALS | {"int32", "int64"}
"""The types of matrices."""

_ROWS = 96
"""How many rows of the result make a work item of a large product, or where there are few panels of columns."""


@rule("MatMul", widened=True)
def _matmul(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    a, b = inputs
    return product(low, a, b, node.attrs["transpose_a"], node.attrs["transpose_b"])


@rule("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", widened=True)
def _batched(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    a, b = inputs
    if node.outputs[0].dtype.name != a.dtype or a.dtype != b.dtype:
        raise Unsupported("products of several types")
    return product(low, a, b, node.attrs["adj_x"], node.attrs["adj_y"])


for _name in ("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"):
    REFUSALS[_name] = refuse_types(TYPES)


def swapped(low: Lowering, value: Value) -> Value:
    """The last two axes exchanged."""
    rank = len(value.shape)
    return permuted(low, value, [*range(rank - 2), rank - 1, rank - 2])


def product(low: Lowering, a: Value, b: Value, transpose_a: bool, transpose_b: bool) -> Value:
    """``a @ b`` over stacks, either transposed."""
    if transpose_a:
        a = swapped(low, a)
    if transpose_b:
        b = swapped(low, b)
    if len(b.shape) == 2 and len(a.shape) > 2 and low.layout(a).contiguous:  # a stack times one matrix: one product
        rows = math.prod(a.shape[:-1])
        flat = product(low, low.reshape(a, (rows, a.shape[-1])), b, False, False)
        return low.reshape(flat, (*a.shape[:-1], b.shape[-1]))
    a, b = _addressable(low, a), _addressable(low, b)
    batch = _batch_shape(a.shape[:-2], b.shape[:-2])
    rows, depth, columns = a.shape[-2], a.shape[-1], b.shape[-1]
    shape = (*batch, rows, columns)
    if rows * depth * columns == 0 or 0 in batch:
        return low.spread(low.number(a.dtype, 0), shape)
    if _thin(low, a, b):
        return _dots(low, a, b, batch)
    if _thin(low, swapped(low, b), swapped(low, a)) or (columns < rows and columns <= 4 and not _rowwise(low, a)):
        return _transposed_product(low, a, b, shape)
    low.uses[a.dtype] = None
    tile = None
    if _rowwise(low, a) and (rows > 1 or depth == 1):
        each = _block_height(rows)
        strip = -(-rows // -(-rows // _ROWS))
        counts = {each, rows % each or each, strip, rows % strip or strip, rows}
        tile = microkernel.window_tile(a.dtype, low.layout(a).strides[-2], *sorted(counts), step=1)
        low.imports.update(tile.addresses)
    panels = _panels(low, b) if not batch and rows > _ROWS and columns > microkernel.columns_of(a.dtype) else None

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        if panels is not None:
            return _write_blocks(module, name, a, panels, outputs[0], tile)
        return _write(module, name, a, b, outputs[0], batch, tile)

    in_rows = rows if panels is not None else None
    (made,) = low.stage([a, b if panels is None else panels], [(shape, a.dtype)], write, rows=in_rows)
    return made


def _block_height(rows: int) -> int:
    """The rows of a work item of a large product: few enough that there are some for each thread."""
    blocks = max(-(-rows // _ROWS), min(8, -(-rows // 24)))
    return -(-rows // blocks)


def _rowwise(low: Lowering, a: Value) -> bool:
    """Whether neighbours along the rows of a matrix are neighbours in memory."""
    return low.layout(a).strides[-1] == 1 or a.shape[-1] == 1


def _thin(low: Lowering, a: Value, b: Value) -> bool:
    """Whether a product has few columns, and its rows are in memory one by one."""
    return _rowwise(low, a) and dots.worthwhile(a.dtype, a.shape[-1], b.shape[-1])


def _transposed_product(low: Lowering, a: Value, b: Value, shape: Shape) -> Value:
    """``(bᵀ aᵀ)ᵀ``."""
    made = product(low, swapped(low, b), swapped(low, a), False, False)
    return low.reshape(made, shape) if 1 in shape[-2:] else swapped(low, made)


def _dots(low: Lowering, a: Value, b: Value, batch: Shape) -> Value:
    """A product with few columns: sums of products along the depth."""
    dtype, (rows, depth), columns = a.dtype, a.shape[-2:], b.shape[-1]
    across = swapped(low, b)
    across = across if low.layout(across).strides[-1] in (0, 1) and depth > 1 else low.copied(across)
    if low.layout(across).strides[-1] != 1:
        across = low.copied(across)
    low.imports.update(dots.library(dtype).addresses)
    strip = max(8, min(rows, 1 << 14) // 16 // 8 * 8)
    strips = -(-rows // strip)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        dots.library(dtype).declare(module)
        v = Vectors(module, 1)
        one = SCALARS[dtype]
        va, vb = a.locate(), across.locate()
        pointers = [base_address(v, view) for view in (va, vb, outputs[0].locate())]
        with v.loop("%low", "%high") as item:
            number, first = v.value(f"udiv i64 {item}, {strips}"), v.mul(v.value(f"urem i64 {item}, {strips}"), strip)
            at_a = stack_offset(v, number, batch, va.spread((*batch, rows, depth))[:-2])
            at_a = v.add(at_a, v.mul(first, va.strides[-2]))
            at_b = stack_offset(v, number, batch, vb.spread((*batch, columns, depth))[:-2])
            at_c = v.add(v.mul(number, rows * columns), v.mul(first, columns))
            here = v.minimum(v.value(f"sub i64 {rows}, {first}"), strip)
            dots.emit_rows(
                v,
                dtype,
                dots.Rows(v.element(one, pointers[0], at_a), va.strides[-2], depth),
                dots.Rows(v.element(one, pointers[1], at_b), vb.strides[-2]),
                dots.Rows(v.element(one, pointers[2], at_c), columns),
                here,
                columns,
                False,
            )
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        count = math.prod(batch) * strips
        return Call(name, count, max(1, count // 64), 200 + rows * depth * columns * math.prod(batch) * 0.05)

    (made,) = low.stage([a, across], [((*batch, rows, columns), dtype)], write)
    return made


def _batch_shape(one: Shape, two: Shape) -> Shape:
    rank = max(len(one), len(two))
    one, two = (1,) * (rank - len(one)) + one, (1,) * (rank - len(two)) + two
    return tuple(y if x == 1 else x for x, y in zip(one, two, strict=True))


def _addressable(low: Lowering, value: Value) -> Value:
    """A value in memory whose last two axes have a stride of 1 somewhere."""
    if value.op == "constant":
        return low.copied(value)
    view = low.layout(value)
    tight = any(step == 1 or size == 1 for step, size in zip(view.strides[-2:], view.shape[-2:], strict=True))
    return value if tight and min(view.strides, default=0) >= 0 else low.copied(value)


def _panels(low: Lowering, b: Value) -> Value:
    """A matrix as blocks of ``DEPTH`` rows, these as panels of columns with the rows one behind the other."""
    key = ("panels", b.base, low.layout(b))
    if key in low.copies:
        return low.copies[key]
    depth, columns = b.shape
    width = microkernel.columns_of(b.dtype)
    panels, blocks = -(-columns // width), -(-depth // microkernel.DEPTH)
    low.uses[b.dtype] = None

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        library = microkernel.library(b.dtype)
        library.declare(module)
        v = Vectors(module, 1)
        one, view = SCALARS[b.dtype], b.locate()
        source, target = base_address(v, view), base_address(v, outputs[0].locate())
        down, across = view.strides[-2] if depth != 1 else 0, view.strides[-1] if columns != 1 else 1
        with v.loop("%low", "%high") as item:
            block, panel = v.value(f"udiv i64 {item}, {panels}"), v.value(f"urem i64 {item}, {panels}")
            first, column = v.mul(block, microkernel.DEPTH), v.mul(panel, width)
            here = v.minimum(v.value(f"sub i64 {depth}, {first}"), microkernel.DEPTH)
            from_ = v.element(one, source, v.add(v.mul(first, down), v.mul(column, across)))
            to = v.add(v.mul(first, panels * width), v.mul(panel, v.mul(here, width)))
            left = v.value(f"sub i64 {columns}, {column}")
            v.do(
                f"call void @{library.prefix}_pack(ptr {from_}, i64 {down}, i64 {across}, i64 {here}, i64 {left}, "
                f"ptr {v.element(one, target, to)})"
            )
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, panels * blocks, 1, depth * columns * 0.1)

    (made,) = low.stage([b], [((depth, panels * width), b.dtype)], write)
    low.copies[key] = made
    return made


def _write_blocks(module: Module, name: str, a: Value, b: Value, c: Value, tile: microkernel.WindowTile | None) -> Call:
    """A large product: blocks of rows stay in the second-level cache, panels of columns go by."""
    dtype = a.dtype
    library = microkernel.library(dtype)
    library.declare(module)
    v, one = Vectors(module, 1), SCALARS[dtype]
    (rows, depth), columns, width = a.shape, c.shape[-1], microkernel.columns_of(dtype)
    panels = -(-columns // width)
    height = _block_height(rows)
    blocks = -(-rows // height)
    function, down, along = _reading(module, a, tile)
    pointers = [base_address(v, value.locate()) for value in (a, b, c)]
    with v.loop("%low", "%high") as item:
        first = v.mul(item, height)
        here = v.minimum(v.value(f"sub i64 {rows}, {first}"), height)
        with v.loop(0, depth, microkernel.DEPTH) as k:
            deep = v.minimum(v.value(f"sub i64 {depth}, {k}"), microkernel.DEPTH)
            at_a = v.element(one, pointers[0], v.add(v.mul(first, down), v.mul(k, along)))
            more = v.value(f"icmp sgt i64 {k}, 0")
            with v.loop(0, panels) as panel:
                column = v.mul(panel, width)
                at_b = v.element(one, pointers[1], v.add(v.mul(k, panels * width), v.mul(panel, v.mul(deep, width))))
                at_c = v.element(one, pointers[2], v.add(v.mul(first, columns), column))
                left = v.value(f"sub i64 {columns}, {column}")
                v.do(
                    f"call void @{function}(ptr {at_a}, i64 {along}, i64 0, i64 1, ptr {at_b}, i64 {width}, ptr {at_c}, "
                    f"i64 {columns}, i64 {here}, i64 {deep}, i64 {left}, i1 {more})"
                )
    v.finish(name, "ptr %table, i64 %low, i64 %high")
    return Call(name, blocks, 1, 200 + rows * depth * columns * microkernel.NS_PER_PRODUCT, height)


def _reading(module: Module, a: Value, tile: microkernel.WindowTile | None) -> tuple[str, int, int]:
    """The tile function for a matrix, and its steps from row to row and along the depth."""
    strides = a.locate().strides
    along = strides[-1] if a.shape[-1] != 1 else 0
    if tile is None:
        return f"{microkernel.library(a.dtype).prefix}_tile", 1, along
    tile.declare(module)
    return tile.name, strides[-2], 1


def stack_offset(v: Vectors, number: str, batch: Sequence[int], strides: Sequence[int]) -> str | int:
    """Where the matrix of a number lies in a stack."""
    offset: str | int = 0
    rest = number
    for size, step in reversed(list(zip(batch, strides, strict=True))):
        if size == 1:
            continue
        position = v.value(f"urem i64 {rest}, {size}")
        rest = v.value(f"udiv i64 {rest}, {size}")
        if step:
            offset = v.add(offset, v.mul(position, step))
    return offset


def _write(
    module: Module, name: str, a: Value, b: Value, c: Value, batch: Shape, tile: microkernel.WindowTile | None
) -> Call:
    """Products of stacks of matrices: each panel of columns by itself."""
    dtype = a.dtype
    library = microkernel.library(dtype)
    library.declare(module)
    one = SCALARS[dtype]
    va, vb, vc = a.locate(), b.locate(), c.locate()
    rows, depth, columns = a.shape[-2], a.shape[-1], b.shape[-1]
    width = microkernel.columns_of(dtype)
    panels = -(-columns // width)
    stack = math.prod(batch)
    blocks = 1 if stack * panels >= 8 else -(-rows // _ROWS)
    height = -(-rows // blocks)
    function, row_step, along = _reading(module, a, tile)
    down = vb.strides[-2] if vb.shape[-2] != 1 else 0
    across = vb.strides[-1] if vb.shape[-1] != 1 else 1
    v = Vectors(module, 1)
    pointers = [base_address(v, view) for view in (va, vb, vc)]
    with v.loop("%low", "%high") as item:
        number = v.value(f"udiv i64 {item}, {panels * blocks}")
        rest = v.value(f"urem i64 {item}, {panels * blocks}")
        first = v.mul(v.value(f"udiv i64 {rest}, {panels}"), height)
        column = v.mul(v.value(f"urem i64 {rest}, {panels}"), width)
        at_a = stack_offset(v, number, batch, va.spread((*batch, rows, depth))[:-2])
        at_a = v.add(at_a, v.mul(first, row_step))
        at_b = stack_offset(v, number, batch, vb.spread((*batch, depth, columns))[:-2])
        at_b = v.add(at_b, v.mul(column, across))
        at_c = v.add(v.mul(number, rows * columns), v.add(v.mul(first, columns), column))
        here = v.minimum(v.value(f"sub i64 {rows}, {first}"), height)
        left = v.value(f"sub i64 {columns}, {column}")
        addresses = [v.element(one, p, at) for p, at in zip(pointers, (at_a, at_b, at_c), strict=True)]
        v.do(
            f"call void @{library.prefix}_product(ptr @{function}, ptr {addresses[0]}, i64 {along}, "
            f"ptr {addresses[1]}, i64 {down}, i64 {across}, ptr {addresses[2]}, i64 {columns}, i64 {here}, i64 {left}, "
            f"i64 {depth})"
        )
    v.finish(name, "ptr %table, i64 %low, i64 %high")
    work = rows * depth * columns * stack
    return Call(name, stack * panels * blocks, 1, 200 + work * microkernel.NS_PER_PRODUCT)
