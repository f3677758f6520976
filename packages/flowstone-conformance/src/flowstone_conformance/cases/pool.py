"""Cases for ``flowstone_core.ops.pool``: channels last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from flowstone_core.ops import pool as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number, store
from flowstone_conformance.samples import FLOATS, array, sample
from flowstone_conformance.windows import output_size, touched

Attrs = dict[str, Any]

FORMS: tuple[tuple[tuple[int, ...], tuple[int, ...], int, str], ...] = (
    ((4, 4), (2, 2), 2, "VALID"),
    ((5, 4), (2, 3), 2, "SAME"),
    ((5, 5), (3, 3), 1, "SAME"),
    ((3, 4), (3, 4), 1, "VALID"),
)
FORMS_3D: tuple[tuple[tuple[int, ...], tuple[int, ...], int, str], ...] = (((3, 4, 3), (2, 2, 2), 1, "VALID"),)


def windows(shape: Sequence[int], attrs: Attrs) -> tuple[tuple[int, ...], dict[tuple[int, ...], list[tuple[int, ...]]]]:
    """The output's shape, and for each of its places those of the input that its window covers."""
    ones = (1,) * (len(shape) - 2)
    inner = attrs["ksize"][1:-1], attrs["strides"][1:-1], ones, attrs["padding"]
    covered: dict[tuple[int, ...], list[tuple[int, ...]]] = defaultdict(list)
    for out, _, at in touched(shape[1:-1], *inner):
        for n, c in indices((shape[0], shape[-1])):
            covered[(n, *out, c)].append((n, *at, c))
    return (shape[0], *output_size(shape[1:-1], *inner), shape[-1]), covered


def max_pool(x: Array, **attrs: Any) -> Array:
    """The largest element of each window."""
    shape, covered = windows(x.shape, attrs)
    return store([max(number(x[at]) for at in covered[out]) for out in indices(shape)], x.dtype).reshape(shape)


def max_pool_grad(x: Array, y: Array, dy: Array, **attrs: Any) -> Array:
    """Each gradient goes to the place of its window's largest element."""
    _, covered = windows(x.shape, attrs)
    sums: dict[tuple[int, ...], list[Any]] = defaultdict(list)
    for out, places in covered.items():
        sums[max(places, key=lambda at: number(x[at]))].append(number(dy[out]))
    return store([sum(sums[at]) for at in indices(x.shape)], dy.dtype).reshape(x.shape)


def avg_pool(x: Array, **attrs: Any) -> Array:
    """The mean of each window, of the elements that are not padding."""
    shape, covered = windows(x.shape, attrs)
    means = [sum(number(x[at]) for at in covered[out]) / len(covered[out]) for out in indices(shape)]
    return store(means, x.dtype).reshape(shape)


def avg_pool_grad(size: Array, dy: Array, **attrs: Any) -> Array:
    """Each gradient is shared among its window's elements."""
    shape = tuple(int(n) for n in size)
    _, covered = windows(shape, attrs)
    sums: dict[tuple[int, ...], list[Any]] = defaultdict(list)
    for out, places in covered.items():
        for at in places:
            sums[at].append(number(dy[out]) / len(places))
    return store([sum(sums[at]) for at in indices(shape)], dy.dtype).reshape(shape)


def attributes(form: tuple[Any, ...]) -> Attrs:
    """The attributes of one form."""
    _, window, stride, padding = form
    return {"ksize": (1, *window, 1), "strides": (1, *(stride for _ in window), 1), "padding": padding}


def operands(form: tuple[Any, ...], dtype: str) -> tuple[Array, Attrs, tuple[int, ...]]:
    """An input, the attributes, and the shape of the output."""
    x, attrs = sample((2, *form[0], 2), dtype), attributes(form)
    return x, attrs, windows(x.shape, attrs)[0]


def gradients(form: tuple[Any, ...], dtype: str, max_op: Any, avg_op: Any) -> list[Case]:
    """The gradients of both poolings."""
    x, attrs, shape = operands(form, dtype)
    dy, size = sample(shape, dtype, seed=1), array(np.array(x.shape, "int64"), "int32")
    return [
        Case(max_op, (x, max_pool(x, **attrs), dy), max_pool_grad, attrs, tolerance=4),
        Case(avg_op, (size, dy), avg_pool_grad, attrs, tolerance=4),
    ]


CASES = [
    *(
        Case(op, (operands(form, dtype)[0],), reference, attributes(form), tolerance=4)
        for op, reference, dtypes in (
            (ops.MAX_POOL, max_pool, (*FLOATS, "int32")),
            (ops.AVG_POOL, avg_pool, FLOATS),
        )
        for dtype in dtypes
        for form in FORMS
    ),
    *(
        case
        for dtype in FLOATS[:2]
        for form in FORMS
        for case in gradients(form, dtype, ops.MAX_POOL_GRAD, ops.AVG_POOL_GRAD)
    ),
    *(
        Case(op, (operands(form, "float32")[0],), reference, attributes(form), tolerance=4)
        for op, reference in ((ops.MAX_POOL_3D, max_pool), (ops.AVG_POOL_3D, avg_pool))
        for form in FORMS_3D
    ),
    *(case for form in FORMS_3D for case in gradients(form, "float32", ops.MAX_POOL_3D_GRAD, ops.AVG_POOL_3D_GRAD)),
]
