"""How reductions, softmax and cross-entropies are lowered: to row programs that loops fuse."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd.ir import FLOATS
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.rules_math import BOOLS, NUMBERS, REALS, refuse_types
from flowstone_kernels_simd.values import Unsupported, Value

_HOW = {"Sum": "sum", "Prod": "prod", "Max": "max", "Min": "min", "All": "all", "Any": "any"}


@rule(*_HOW, "Mean", widened=True)
def _reduction(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    value: Value = inputs[0]
    axes = [int(axis) for axis in low.known(node.inputs[1]).reshape(-1)]
    if value.size == 0:
        return low.spread(_of_nothing(low, node.op.name, value.dtype), low.shape_of(node))
    count = math.prod(value.shape[axis] for axis in {axis % max(1, len(value.shape)) for axis in axes})
    made = low.reduce(_HOW.get(node.op.name, "sum"), value, axes)
    if node.op.name == "Mean":
        made = low.op("RealDiv", made, low.number(value.dtype, count))
    return low.reshape(made, low.shape_of(node))


def _of_nothing(low: Lowering, name: str, dtype: str) -> Value:
    """What a reduction of no elements gives."""
    if name in ("Max", "Min"):
        if dtype not in FLOATS:
            raise Unsupported("the largest of no integers")
        return low.number(dtype, -math.inf if name == "Max" else math.inf)
    return low.number(dtype, {"Mean": math.nan, "Prod": 1, "All": True, "Any": False}.get(name, 0))


class First:
    """A node as if it had its first input only: axes are no operands."""

    def __init__(self, node: Node) -> None:
        self.op, self.attrs = node.op, node.attrs
        self._first = node.inputs[0]

    def flat_inputs(self) -> list[Any]:
        """The first input."""
        return [self._first]


for _name in _HOW:
    REFUSALS[_name] = lambda node: refuse_types(BOOLS if node.op.name in ("All", "Any") else NUMBERS)(First(node))
REFUSALS["Mean"] = lambda node: refuse_types(REALS)(First(node))


@rule("BiasAddGrad", widened=True)
def _bias_add_grad(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    (value,) = inputs
    axes = list(range(len(value.shape)))
    axes.pop(1 if node.attrs["data_format"] == "NCHW" else -1)
    if value.size == 0:
        return low.spread(low.number(value.dtype, 0), low.shape_of(node))
    return low.reshape(low.reduce("sum", value, axes), low.shape_of(node))


REFUSALS["BiasAddGrad"] = refuse_types(REALS)


@rule("L2Loss", widened=True)
def _l2_loss(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    (value,) = inputs
    total = low.reduce("sum", low.op("Square", value), range(len(value.shape)))
    return low.reshape(low.op("Mul", total, low.number(value.dtype, 0.5)), ())


REFUSALS["L2Loss"] = refuse_types(REALS)


def _shifted(low: Lowering, logits: Value) -> tuple[Value, Value, Value]:
    """The logits less the largest of their row, their exponentials, and the sum of these."""
    last = len(logits.shape) - 1
    if last < 0 or logits.size == 0:
        raise Unsupported("logits without elements")
    shifted = low.op("Sub", logits, low.reduce("max", logits, [last]))
    exponentials = low.op("Exp", shifted)
    return shifted, exponentials, low.reduce("sum", exponentials, [last])


@rule("Softmax", widened=True)
def _softmax(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    _, exponentials, total = _shifted(low, inputs[0])
    return low.op("RealDiv", exponentials, total)


@rule("LogSoftmax", widened=True)
def _log_softmax(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    shifted, _, total = _shifted(low, inputs[0])
    return low.op("Sub", shifted, low.op("Log", total))


@rule("SoftmaxCrossEntropyWithLogits", widened=True)
def _cross_entropy(low: Lowering, node: Node, inputs: list[Any]) -> list[Value]:
    logits, labels = inputs
    if logits.shape != labels.shape:
        raise Unsupported("labels that broadcast")
    shifted, exponentials, total = _shifted(low, logits)
    terms = low.op("Mul", labels, low.op("Sub", low.op("Log", total), shifted))
    loss = low.reduce("sum", terms, [1])
    derivative = low.op("Sub", low.op("RealDiv", exponentials, total), labels)
    return [low.reshape(loss, (logits.shape[0],)), derivative]


@rule("SparseSoftmaxCrossEntropyWithLogits", widened=True)
def _sparse_cross_entropy(low: Lowering, node: Node, inputs: list[Any]) -> list[Value]:
    logits, labels = inputs
    rows, classes = logits.shape
    wide = low.op("Cast", labels, dtype="int64", to="int64") if labels.dtype != "int64" else labels
    bad = low.op(
        "LogicalOr",
        low.op("Less", wide, low.number("int64", 0), dtype="bool"),
        low.op("GreaterEqual", wide, low.number("int64", classes), dtype="bool"),
    )
    low.check(bad)
    shifted, exponentials, total = _shifted(low, logits)
    columns = low.reshape(low.array(np.arange(classes, dtype=np.int32)), (1, classes))
    narrow = low.reshape(
        low.op("Cast", labels, dtype="int32", to="int32") if labels.dtype != "int32" else labels, (rows, 1)
    )
    here = low.op("Equal", narrow, columns, dtype="bool")
    zero = low.number(logits.dtype, 0)
    picked = low.reduce("sum", low.op("SelectV2", here, shifted, zero, dtype=logits.dtype, of=logits.dtype), [1])
    loss = low.op("Sub", low.op("Log", total), picked)
    one = low.op("SelectV2", here, low.number(logits.dtype, 1), zero, dtype=logits.dtype, of=logits.dtype)
    derivative = low.op("Sub", low.op("RealDiv", exponentials, total), one)
    return [low.reshape(loss, (rows,)), derivative]


for _name in ("Softmax", "LogSoftmax", "SoftmaxCrossEntropyWithLogits"):
    REFUSALS[_name] = refuse_types(REALS)
REFUSALS["SparseSoftmaxCrossEntropyWithLogits"] = lambda node: refuse_types(REALS)(First(node))
