"""Matrix products."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flowstone_graphfn.graph import Node

from flowstone_kernels_simd import microkernel
from flowstone_kernels_simd.ir import SCALARS, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.rules_array import permuted
from flowstone_kernels_simd.rules_math import REALS, refuse_types
from flowstone_kernels_simd.values import Call, Shape, Unsupported, Value
from flowstone_kernels_simd.vectors import Vectors

_NS_PER_PRODUCT = 0.012
_ROWS = 96
"""How many rows of the result make a work item, where there are few panels of columns."""


@rule("MatMul")
def _matmul(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    a, b = inputs
    return product(low, a, b, node.attrs["transpose_a"], node.attrs["transpose_b"])


@rule("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3")
def _batched(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    a, b = inputs
    if node.outputs[0].dtype.name != a.dtype or a.dtype != b.dtype:
        raise Unsupported("products of several types")
    return product(low, a, b, node.attrs["adj_x"], node.attrs["adj_y"])


for _name in ("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"):
    REFUSALS[_name] = refuse_types(REALS)


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
    if rows * depth * columns == 0 or 0 in batch:
        return low.spread(low.number(a.dtype, 0), (*batch, rows, columns))
    layout = low.layout(a)
    if rows > 1 and layout.strides[-2] != 1:
        a = _turned(low, a)
    low.uses[a.dtype] = None
    shape = (*batch, rows, columns)

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        return _write(module, name, a, b, outputs[0], batch)

    (made,) = low.stage([a, b], [(shape, a.dtype)], write)
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


def _turned(low: Lowering, a: Value) -> Value:
    """A copy of a matrix, or stack, in which neighbours along the rows are neighbours in memory."""
    key = ("turned", a.base, low.layout(a).shape, low.layout(a).strides, low.layout(a).offset)
    if key in low.copies:
        return low.copies[key]
    *batch, rows, depth = a.shape
    low.uses[a.dtype] = None

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        library = microkernel.library(a.dtype)
        library.declare(module)
        v = Vectors(module, 1)
        view = a.locate()
        source, target = base_address(v, view), base_address(v, outputs[0].locate())
        # strips of rows, so that threads share the work of one large matrix
        strip = 64 if rows > 64 else rows
        strips = -(-rows // strip)
        with v.loop("%low", "%high") as item:
            number = v.value(f"udiv i64 {item}, {strips}")
            first = v.mul(v.value(f"urem i64 {item}, {strips}"), strip)
            offset = v.add(stack_offset(v, number, batch, view.strides[:-2]), v.mul(first, view.strides[-2]))
            from_ = v.element(SCALARS[a.dtype], source, offset)
            to = v.element(SCALARS[a.dtype], target, v.add(v.mul(number, rows * depth), first))
            height = v.minimum(v.value(f"sub i64 {rows}, {first}"), strip)
            v.do(
                f"call void @{library.prefix}_transpose(ptr {from_}, i64 {view.strides[-2]}, ptr {to}, i64 {rows}, "
                f"i64 {height}, i64 {depth})"
            )
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        count = math.prod(batch) * strips
        return Call(name, count, 1, math.prod(a.shape) * 0.4)

    (made,) = low.stage([a], [((*batch, depth, rows), a.dtype)], write)
    low.copies[key] = swapped(low, made)
    return low.copies[key]


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


def _write(module: Module, name: str, a: Value, b: Value, c: Value, batch: Shape) -> Call:
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
    v = Vectors(module, 1)
    pointers = [base_address(v, view) for view in (va, vb, vc)]
    with v.loop("%low", "%high") as item:
        number = v.value(f"udiv i64 {item}, {panels * blocks}")
        rest = v.value(f"urem i64 {item}, {panels * blocks}")
        first = v.mul(v.value(f"udiv i64 {rest}, {panels}"), height)
        column = v.mul(v.value(f"urem i64 {rest}, {panels}"), width)
        step = va.strides[-1] if va.shape[-1] != 1 else 0
        down = vb.strides[-2] if vb.shape[-2] != 1 else 0
        across = vb.strides[-1] if vb.shape[-1] != 1 else 1
        at_a = v.add(stack_offset(v, number, batch, va.spread((*batch, rows, depth))[:-2]), first)
        at_b = stack_offset(v, number, batch, vb.spread((*batch, depth, columns))[:-2])
        at_b = v.add(at_b, v.mul(column, across))
        at_c = v.add(v.mul(number, rows * columns), v.add(v.mul(first, columns), column))
        here = v.minimum(v.value(f"sub i64 {rows}, {first}"), height)
        left = v.value(f"sub i64 {columns}, {column}")
        addresses = [v.element(one, p, at) for p, at in zip(pointers, (at_a, at_b, at_c), strict=True)]
        v.do(
            f"call void @{library.prefix}_product(ptr {addresses[0]}, i64 {step}, ptr {addresses[1]}, i64 {down}, "
            f"i64 {across}, ptr {addresses[2]}, i64 {columns}, i64 {here}, i64 {left}, i64 {depth})"
        )
    v.finish(name, "ptr %table, i64 %low, i64 %high")
    work = rows * depth * columns * stack
    return Call(name, stack * panels * blocks, 1, 200 + work * _NS_PER_PRODUCT)
