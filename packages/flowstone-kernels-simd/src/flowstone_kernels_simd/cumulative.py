"""Running sums and products along an axis: one row after the other, in vectors along what lies behind the axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flowstone_graphfn.graph import Node

from flowstone_kernels_simd import vmath
from flowstone_kernels_simd.cpu import cpu
from flowstone_kernels_simd.ir import SCALARS, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.rules_math import NUMBERS, REALS, refuse_types
from flowstone_kernels_simd.rules_reduce import First
from flowstone_kernels_simd.values import Call, Value
from flowstone_kernels_simd.vectors import Vectors


def _log_of_sum(v: Vectors, t: str, a: str, b: str) -> str:
    """``log(exp(a) + exp(b))``."""
    top = v.larger(t, a, b)
    rest = vmath.log1p(v, t, vmath.exp(v, t, v.negative(t, v.magnitude(t, v.minus(t, a, b)))))
    endless = v.compare("eq", t, v.magnitude(t, top), v.const(t, math.inf))
    return v.choose(t, endless, top, v.plus(t, top, rest))


@rule("Cumsum", "Cumprod", "CumulativeLogsumexp", widened=True)
def _running(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value = low.contiguous(inputs[0])
    axis = int(low.known(node.inputs[1])) % max(1, len(value.shape))
    if value.size == 0 or not value.shape:
        return value
    how, nothing = {"Cumsum": ("sum", 0), "Cumprod": ("prod", 1)}.get(node.op.name, ("log of sum", -math.inf))
    before, count = math.prod(value.shape[:axis]), value.shape[axis]
    after = math.prod(value.shape[axis + 1 :])
    exclusive, reverse = node.attrs["exclusive"], node.attrs["reverse"]

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        dtype = value.dtype
        v = Vectors(module, 1 if after == 1 and how != "log of sum" else cpu().lanes)
        kind, one = v.kind(dtype), SCALARS[dtype]
        source, target = base_address(v, value.locate()), base_address(v, outputs[0].locate())
        blocks = -(-after // v.lanes)
        total = v.slot(kind, 64)
        with v.loop("%low", "%high") as item:
            outer, first = v.value(f"udiv i64 {item}, {blocks}"), v.mul(v.value(f"urem i64 {item}, {blocks}"), v.lanes)
            mask = v.first_lanes(v.value(f"sub i64 {after}, {first}")) if after % v.lanes else None
            start = v.add(v.mul(outer, count * after), first)
            v.do(f"store {kind} {v.const(dtype, nothing)}, ptr {total}")
            with v.loop(0, count) as index:
                row = v.value(f"sub i64 {count - 1}, {index}") if reverse else index
                place = v.add(start, v.mul(row, after))
                old = v.value(f"load {kind}, ptr {total}")
                got = v.load(dtype, v.element(one, source, place), mask)
                new = _log_of_sum(v, dtype, old, got) if how == "log of sum" else v.combine(how, dtype, old, got)
                v.store(dtype, old if exclusive else new, v.element(one, target, place), mask)
                v.do(f"store {kind} {new}, ptr {total}")
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, before * blocks, max(1, 4096 // count), before * blocks * count * 1.5)

    (made,) = low.stage([value], [(value.shape, value.dtype)], write)
    return made


for _name in ("Cumsum", "Cumprod"):
    REFUSALS[_name] = lambda node: refuse_types(NUMBERS)(First(node))
REFUSALS["CumulativeLogsumexp"] = lambda node: refuse_types(REALS)(First(node))
