"""How reads and writes of variables are lowered: the last value is stored once, at the end."""

from __future__ import annotations

from typing import Any

from flowstone_graphfn.graph import Node

from flowstone_kernels_simd.lowering import Lowering, rule
from flowstone_kernels_simd.values import Unsupported, Value


@rule("ReadVariableOp")
def _read(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value: Value = inputs[0].value
    return value


@rule("AssignVariableOp")
def _assign(low: Lowering, node: Node, inputs: list[Any]) -> list[Value]:
    variable, value = inputs
    if value.shape != variable.first.shape or value.dtype != variable.first.dtype:
        raise Unsupported("an assignment that changes the shape")
    variable.value = value
    return []


@rule("AssignAddVariableOp", "AssignSubVariableOp")
def _update(low: Lowering, node: Node, inputs: list[Any]) -> list[Value]:
    variable, value = inputs
    if value.shape != variable.first.shape:
        raise Unsupported("an update of another shape")
    variable.value = low.op("AddV2" if node.op.name == "AssignAddVariableOp" else "Sub", variable.value, value)
    return []
