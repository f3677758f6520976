"""Cases for ``flowstone_core.ops.softmax``."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from flowstone_core.ops import softmax as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number, store
from flowstone_conformance.samples import FLOATS, array, sample

SHAPES = ((3,), (2, 3), (1, 17), (4, 1))


def rows(x: Array) -> list[list[float]]:
    """The lines along the last dimension."""
    return [[number(x[(*place, i)]) for i in range(x.shape[-1])] for place in indices(x.shape[:-1])]


def log_softmax_of(row: list[float]) -> list[float]:
    """``x - log(sum(exp(x)))``, shifted by the largest so that nothing overflows."""
    largest = max(row)
    norm = largest + math.log(math.fsum(math.exp(x - largest) for x in row))
    return [x - norm for x in row]


def along(function: Callable[[list[float]], list[float]]) -> Callable[[Array], Array]:
    """A reference that applies a function to each line."""
    return lambda x: store([value for row in rows(x) for value in function(row)], x.dtype).reshape(x.shape)


def softmax_of(row: list[float]) -> list[float]:
    """``exp(x) / sum(exp(x))``."""
    return [math.exp(x) for x in log_softmax_of(row)]


def cross_entropy(features: Array, labels: Array) -> tuple[Array, Array]:
    """``-sum(labels * log_softmax(features))`` of each row, and ``softmax(features) - labels``."""
    losses, gradients = [], []
    for x, p in zip(rows(features), rows(labels), strict=True):
        losses.append(-math.fsum(weight * value for weight, value in zip(p, log_softmax_of(x), strict=True)))
        gradients += [value - weight for weight, value in zip(p, softmax_of(x), strict=True)]
    dtype = features.dtype
    return store(losses, dtype), store(gradients, dtype).reshape(features.shape)


def sparse_cross_entropy(features: Array, labels: Array) -> tuple[Array, Array]:
    """The same for labels given as numbers of classes."""
    dense = np.zeros(features.shape, features.dtype)
    for row, label in enumerate(labels.tolist()):
        dense[row, label] = 1
    return cross_entropy(features, dense)


CASES = [
    *(
        Case(op, (sample(shape, dtype),), along(function), tolerance=4)
        for op, function in ((ops.SOFTMAX, softmax_of), (ops.LOG_SOFTMAX, log_softmax_of))
        for dtype in FLOATS
        for shape in SHAPES
    ),
    *(
        Case(op, (array([[1000.0, 999.0, -1000.0]], "float32"),), along(function), note="large", tolerance=4)
        for op, function in ((ops.SOFTMAX, softmax_of), (ops.LOG_SOFTMAX, log_softmax_of))
    ),
    *(
        Case(
            ops.SOFTMAX_CROSS_ENTROPY,
            (sample((2, 3), dtype), sample((2, 3), dtype, 0.0, 1.0, seed=1)),
            cross_entropy,
            tolerance=4,
        )
        for dtype in FLOATS
    ),
    *(
        Case(
            ops.SPARSE_SOFTMAX_CROSS_ENTROPY,
            (sample((3, 4), dtype), array([0, 3, 1], labels)),
            sparse_cross_entropy,
            tolerance=4,
        )
        for dtype in FLOATS
        for labels in ("int32", "int64")
    ),
]
