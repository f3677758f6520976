"""Einstein sums: each becomes one product of stacks of matrices, its operands' axes in order."""

from __future__ import annotations

import math
from typing import Any

from flowstone_core.einsum_equation import ELLIPSIS, parse_equation
from flowstone_graphfn.graph import Node

from flowstone_kernels_simd import gemm
from flowstone_kernels_simd.lowering import REFUSALS, Lowering, rule
from flowstone_kernels_simd.rules_array import permuted
from flowstone_kernels_simd.rules_math import refuse_types
from flowstone_kernels_simd.values import Unsupported, Value

_HIDDEN = [chr(code) for code in range(0x100, 0x140)]
"""Labels for the axes that an ellipsis stands for, the last first."""


@rule("Einsum", widened=True)
def _einsum(low: Lowering, node: Node, inputs: list[Any]) -> Value:
    parsed = parse_equation(node.attrs["equation"])
    values: list[Value] = inputs[0]
    hidden = 0
    terms = []
    for labels, value in zip(parsed.inputs, values, strict=True):
        count = len(value.shape) - len(labels.replace(ELLIPSIS, ""))
        hidden = max(hidden, count)
        terms.append((labels.replace(ELLIPSIS, "".join(reversed(_HIDDEN[:count]))), value))
    output = parsed.output.replace(ELLIPSIS, "".join(reversed(_HIDDEN[:hidden])))
    if any(len(set(labels)) != len(labels) for labels in (output, *(labels for labels, _ in terms))):
        raise Unsupported("diagonals in an Einstein sum")
    if any(0 in value.shape for value in values):
        raise Unsupported("an Einstein sum of nothing")
    while len(terms) > 1:
        one, other, *rest = terms
        kept = output + "".join(labels for labels, _ in rest)
        terms = [_pair(low, one, other, kept), *rest]
    labels, value = _without(low, *terms[0], output)
    return low.reshape(permuted(low, value, [labels.index(label) for label in output]), low.shape_of(node))


def _without(low: Lowering, labels: str, value: Value, kept: str) -> tuple[str, Value]:
    """The sum over the axes that nobody asks for."""
    summed = [axis for axis, label in enumerate(labels) if label not in kept]
    if not summed:
        return labels, value
    left = "".join(label for label in labels if label in kept)
    total = low.reduce("sum", value, summed)
    return left, low.reshape(total, tuple(size for axis, size in enumerate(value.shape) if axis not in summed))


def _pair(low: Lowering, one: tuple[str, Value], other: tuple[str, Value], kept: str) -> tuple[str, Value]:
    """The product of two terms, summed over what both have and nobody asks for."""
    a, left = _without(low, *one, kept + other[0])
    b, right = _without(low, *other, kept + one[0])
    shared = [label for label in a if label in b]
    hidden = [label for label in dict.fromkeys(a + b) if label in _HIDDEN]
    stack = [label for label in dict.fromkeys(hidden + shared) if label in kept]
    summed = [label for label in shared if label not in kept]
    rows = [label for label in a if label not in (*stack, *summed)]
    columns = [label for label in b if label not in (*stack, *summed)]
    sizes = dict(zip(b, right.shape, strict=True)) | dict(zip(a, left.shape, strict=True))
    if any(left.shape[a.index(label)] != right.shape[b.index(label)] for label in summed):
        raise Unsupported("a sum over axes of different sizes")
    depth = math.prod(sizes[label] for label in summed)
    left = _matrices(low, a, left, stack, [rows, summed])
    right = _matrices(low, b, right, stack, [summed, columns])
    if depth == 1 and not summed:
        made = low.op("Mul", left, right)
    else:
        made = gemm.product(low, left, right, False, False)
    batch = made.shape[:-2]
    shape = (*batch, *(sizes[label] for label in rows), *(sizes[label] for label in columns))
    return "".join((*stack, *rows, *columns)), low.reshape(made, shape)


def _matrices(low: Lowering, labels: str, value: Value, stack: list[str], parts: list[list[str]]) -> Value:
    """Axes in order: those of the stack one by one (of size 1 where they are missing), then two made of several."""
    present = [label for label in stack if label in labels]
    order = [labels.index(label) for label in (*present, *parts[0], *parts[1])]
    moved = permuted(low, value, order)
    sizes = dict(zip(labels, value.shape, strict=True))
    batch = tuple(sizes.get(label, 1) for label in stack)
    return low.reshape(moved, (*batch, *(math.prod(sizes[label] for label in part) for part in parts)))


REFUSALS["Einsum"] = refuse_types(gemm.TYPES)
