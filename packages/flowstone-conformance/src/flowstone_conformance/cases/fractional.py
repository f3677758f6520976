"""Cases for ``flowstone_core.ops.fractional``: gradients of given windows; ratios that leave chance nothing to choose."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from flowstone_core.ops import fractional as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number, store
from flowstone_conformance.samples import sample

ROWS, COLUMNS = np.array([0, 2, 3, 5], "int64"), np.array([0, 1, 3, 4], "int64")


def windows(shape: Any, rows: Array, columns: Array, overlapping: bool) -> dict[tuple[int, ...], list[tuple[int, ...]]]:
    """For each place of the output, those of the input that its window covers."""

    def spans(starts: Array, size: int) -> list[range]:
        ends = [min(int(end) + (1 if overlapping else 0), size) for end in starts[1:]]
        return [range(int(start), end) for start, end in zip(starts[:-1], ends, strict=True)]

    down, right = spans(rows, int(shape[1])), spans(columns, int(shape[2]))
    return {
        (n, i, j, c): [(n, y, x, c) for y, x in itertools.product(down[i], right[j])]
        for n, i, j, c in indices((int(shape[0]), len(down), len(right), int(shape[3])))
    }


def max_grad(x: Array, y: Array, dy: Array, rows: Array, columns: Array, *, overlapping: bool) -> Array:
    """Each gradient goes to the place of its window's largest element."""
    sums = dict.fromkeys(indices(x.shape), 0.0)
    for out, places in windows(x.shape, rows, columns, overlapping).items():
        sums[max(places, key=lambda at: number(x[at]))] += number(dy[out])
    return store([sums[at] for at in indices(x.shape)], dy.dtype).reshape(x.shape)


def avg_grad(size: Array, dy: Array, rows: Array, columns: Array, *, overlapping: bool) -> Array:
    """Each gradient is shared among its window's elements."""
    shape = tuple(int(n) for n in size)
    sums = dict.fromkeys(indices(shape), 0.0)
    for out, places in windows(shape, rows, columns, overlapping).items():
        for at in places:
            sums[at] += number(dy[out]) / len(places)
    return store([sums[at] for at in indices(shape)], dy.dtype).reshape(shape)


def halved(choose: Any) -> Any:
    """Windows of two by two."""

    def reference(x: Array, **attrs: Any) -> tuple[Array, Array, Array]:
        rows, columns = (np.array([0, *range(2, size + 1, 2)], "int64") for size in x.shape[1:3])
        shape = (x.shape[0], len(rows) - 1, len(columns) - 1, x.shape[3])
        covered = windows(x.shape, rows, columns, attrs["overlapping"])
        values = [choose([number(x[at]) for at in covered[out]]) for out in indices(shape)]
        return store(values, x.dtype).reshape(shape), rows, columns

    return reference


def mean(values: list[float]) -> float:
    """The mean."""
    return sum(values) / len(values)


IMAGES = [sample((2, 5, 4, 3), dtype) for dtype in ("float32", "float64")]
GRADIENT = {"float32": sample((2, 3, 3, 3), "float32"), "float64": sample((2, 3, 3, 3), "float64")}

CASES: list[Case] = [
    *(
        Case(
            op,
            (sample((2, 4, 6, 3), dtype),),
            halved(choose),
            {"pooling_ratio": [1.0, 2.0, 2.0, 1.0], "overlapping": o},
        )
        for op, choose in ((ops.FRACTIONAL_MAX_POOL, max), (ops.FRACTIONAL_AVG_POOL, mean))
        for dtype in ("float32", "float64")
        for o in (False, True)
    ),
    *(
        Case(
            ops.FRACTIONAL_MAX_POOL_GRAD,
            (x, np.zeros((2, 3, 3, 3), x.dtype), GRADIENT[x.dtype.name], ROWS, COLUMNS),
            max_grad,
            {"overlapping": o},
        )
        for x in IMAGES
        for o in (False, True)
    ),
    *(
        Case(
            ops.FRACTIONAL_AVG_POOL_GRAD,
            (np.array(x.shape, "int64"), GRADIENT[x.dtype.name], ROWS, COLUMNS),
            avg_grad,
            {"overlapping": o},
        )
        for x in IMAGES
        for o in (False, True)
    ),
]
