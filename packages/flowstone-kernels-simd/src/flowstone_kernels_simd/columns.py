"""Reductions over axes that are not the last: columns are kept in registers while rows go by; and plain copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowstone_kernels_simd.cpu import cpu
from flowstone_kernels_simd.ir import SCALARS, Module
from flowstone_kernels_simd.loops import Reducer, base_address
from flowstone_kernels_simd.strict import strict
from flowstone_kernels_simd.values import Call, Shape, Value, View
from flowstone_kernels_simd.vectors import Vectors

_ROWS = 16
"""How many rows are added in float32 before the sums move to float64."""


def reduce_columns(low: Any, how: str, value: Value, before: int, count: int, after: int, shape: Shape) -> Value:
    """A reduction of ``[before, count, after]`` over its middle."""

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        return _columns(module, name, how, value, outputs[0], before, count, after)

    (made,) = low.stage([value], [(shape, value.dtype)], write)
    result: Value = made
    return result


def _columns(
    module: Module, name: str, how: str, value: Value, target: Value, before: int, count: int, after: int
) -> Call:
    v = Vectors(module, cpu().lanes)
    dtype = value.dtype
    kind = SCALARS[dtype]
    source, goal = base_address(v, value.locate()), base_address(v, target.locate())
    shape_ = Value("reduce", (), dtype, [value], how=how)
    width = 4 * v.lanes
    blocks = -(-after // width)
    totals = [Reducer(v, shape_, 1) for _ in range(4)]
    with v.loop("%low", "%high") as item:
        outer = v.value(f"udiv i64 {item}, {blocks}")
        first = v.mul(v.value(f"urem i64 {item}, {blocks}"), width)
        left = v.value(f"sub i64 {after}, {first}")
        start = v.element(kind, source, v.add(v.mul(outer, count * after), first))
        masks = [
            None if after % width == 0 else v.first_lanes(v.value(f"sub i64 {left}, {part * v.lanes}"))
            for part in range(4)
        ]
        for total in totals:
            total.begin()
            total.restart()
        together = 1 if strict() else _ROWS
        with v.loop(0, count, together) as block:
            with v.loop(block, v.minimum(v.add(block, together), count)) as row:
                pointer = v.element(kind, start, v.mul(row, after))
                for part, total in enumerate(totals):
                    here = v.element(kind, pointer, part * v.lanes)
                    total.add(0, v.load(dtype, here, masks[part]), masks[part])
            for total in totals:
                total.flush()
        goal_ = v.element(kind, goal, v.add(v.mul(outer, after), first))
        for part, total in enumerate(totals):
            v.store(dtype, total.lanes_result(), v.element(kind, goal_, part * v.lanes), masks[part])
    v.finish(name, "ptr %table, i64 %low, i64 %high")
    return Call(name, before * blocks, 1, before * count * after * 0.1)


def write_copies(module: Module, name: str, copies: Sequence[tuple[Value, View]]) -> Call:
    """A stage that copies contiguous values to other places."""
    v = Vectors(module, 1)
    module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
    for value, target in copies:
        size = value.locate().buffer.bytes
        source, goal = base_address(v, value.locate()), base_address(v, target)
        v.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {goal}, ptr {source}, i64 {size}, i1 false)")
    v.finish(name, "ptr %table, i64 %low, i64 %high")
    return Call(name, 1, 1, sum(value.locate().buffer.bytes for value, _ in copies) * 0.05)
