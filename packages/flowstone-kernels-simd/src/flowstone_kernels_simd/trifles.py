"""Parts that are not worth a call of native code: a few operations on a few numbers.

A call checks each operand and makes each result, which takes about as long as a numpy operation on small arrays.
"""

from __future__ import annotations

import math
from typing import Any

from flowstone_graphfn.compilers import Part
from flowstone_graphfn.graph_function import GraphFunction

from flowstone_kernels_simd.elementwise import OPERATIONS

FEW = 64
"""Tensors of more elements are worth a call."""

CALL, OPERAND, RESULT = 2.5, 0.35, 0.45
"""What a call takes, and for each operand and result; in microseconds."""

READ, OPERATION, OTHER = 0.15, 0.4, 2.0
"""What kernels take for a read of a variable, an elementwise operation, and anything else."""


def trifling(part: Part) -> bool:
    """Whether kernels execute a part faster than a call of native code would."""
    tensors = [*part.inputs, *(tensor for node in part.nodes for tensor in node.outputs)]
    if not all(_has_few(tensor) for tensor in tensors):
        return False
    if any(isinstance(value, GraphFunction) for node in part.nodes for value in node.attrs.values()):
        return False
    return sum(map(_work, part.nodes)) < CALL + OPERAND * len(part.inputs) + RESULT * len(part.outputs)


def _has_few(tensor: Any) -> bool:
    spec = tensor._spec
    if spec.dtype.is_handle:
        if not spec.handle:
            return False
        spec = spec.handle[0]
    return spec.shape is not None and None not in spec.shape and math.prod(spec.shape) <= FEW


def _work(node: Any) -> float:
    if node.op.name == "ReadVariableOp":
        return READ
    return OPERATION if node.op.name in OPERATIONS else OTHER
