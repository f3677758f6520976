"""How gathering of slices is lowered: indices are checked first, then slices are copied whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flowstone_graphfn.graph import Node

from flowstone_kernels_simd.ir import SCALARS, SIZES, Module
from flowstone_kernels_simd.loops import base_address
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.values import Call, Unsupported, Value
from flowstone_kernels_simd.vectors import Vectors


@rule("Gather")
def _gather(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    return slices(low, inputs[0], inputs[1], 0, low.shape_of(node))


@rule("GatherV2")
def _gather_v2(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    axis = int(low.known(node.inputs[2])) % max(1, len(inputs[0].shape))
    return slices(low, inputs[0], inputs[1], axis, low.shape_of(node), _batch_rank(node))


@rule("ResourceGather")
def _resource_gather(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    return slices(low, inputs[0].value, inputs[1], _batch_rank(node), low.shape_of(node), _batch_rank(node))


def _batch_rank(node: Node) -> int:
    """How many leading axes params and indices have in common."""
    count: int = node.attrs["batch_dims"]
    return count + len(node.inputs[1]._spec.shape or ()) if count < 0 else count


def _refuse(node: Node) -> str | None:
    if node.attrs.get("batch_dims", 0) < 0 and node.inputs[1]._spec.shape is None:
        return "batch dimensions from the end"
    return None if node.inputs[1].dtype.name in ("int32", "int64") else f"{node.inputs[1].dtype.name} indices"


for _name in ("Gather", "GatherV2", "ResourceGather"):
    REFUSALS[_name] = _refuse


def slices(low: Lowering, params: Value, indices: Value, axis: int, shape: tuple[int, ...], batch: int = 0) -> Value:
    """The slices of ``params`` along an axis that ``indices`` name, each in its own one of the first ``batch`` axes."""
    if 0 in shape or params.size == 0:
        raise Unsupported("gathering of nothing")
    params, indices = low.contiguous(params), low.contiguous(indices)
    below = low.op("Less", indices, low.number(indices.dtype, 0), dtype="bool")
    above = low.op("GreaterEqual", indices, low.number(indices.dtype, params.shape[axis]), dtype="bool")
    checked = low.check(low.op("LogicalOr", below, above, dtype="bool"))
    outer, size = math.prod(params.shape[:axis]), params.shape[axis]
    length = math.prod(params.shape[axis + 1 :])
    count = indices.size // max(1, math.prod(params.shape[:batch]))
    inside = math.prod(params.shape[batch:axis])

    def write(module: Module, name: str, outputs: Sequence[Value]) -> Call:
        module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        v = Vectors(module, 1)
        one, item = SCALARS[params.dtype], SIZES[params.dtype]
        source, target = base_address(v, params.locate()), base_address(v, outputs[0].locate())
        numbers = base_address(v, indices.locate())
        kind = SCALARS[indices.dtype]
        with v.loop("%low", "%high") as number:
            outside = v.value(f"udiv i64 {number}, {count}")
            place = v.value(f"urem i64 {number}, {count}")
            if batch:
                place = str(v.add(place, v.mul(v.value(f"udiv i64 {outside}, {inside}"), count)))
            index = v.value(f"load {kind}, ptr {v.element(kind, numbers, place)}")
            if kind != "i64":
                index = v.value(f"sext {kind} {index} to i64")
            from_ = v.element(one, source, v.mul(v.add(v.mul(outside, size), index), length))
            to = v.element(one, target, v.mul(number, length))
            if length == 1:
                v.do(f"store {one} {v.value(f'load {one}, ptr {from_}')}, ptr {to}")
            else:
                v.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {to}, ptr {from_}, i64 {length * item}, i1 false)")
        v.finish(name, "ptr %table, i64 %low, i64 %high")
        return Call(name, outer * count, max(1, 4096 // length), outer * count * (5 + length * 0.1))

    # the outcome of the check is an operand: nothing is read before it is known, and a program that fails it stops
    (made,) = low.stage([params, indices, checked], [(shape, params.dtype)], write)
    return made
