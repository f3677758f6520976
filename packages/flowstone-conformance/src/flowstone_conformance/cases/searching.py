"""Cases for ``flowstone_core.ops.searching``."""

from __future__ import annotations

import bisect
from typing import Any

from flowstone_core.dtypes import DType, int32, int64
from flowstone_core.ops import searching as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, store
from flowstone_conformance.samples import array


def unique(x: Array, out_idx: DType) -> tuple[Array, Array]:
    """The values in the order in which they first occur, and the place of each element among them."""
    values: list[Any] = []
    places = []
    for item in x.tolist():
        if item not in values:
            values.append(item)
        places.append(values.index(item))
    return store(values, x.dtype), store(places, out_idx.numpy_dtype)


def unique_with_counts(x: Array, out_idx: DType) -> tuple[Array, Array, Array]:
    """``unique``, and how often each value occurs."""
    values, places = unique(x, out_idx)
    counts = [places.tolist().count(place) for place in range(len(values))]
    return values, places, store(counts, out_idx.numpy_dtype)


def list_diff(x: Array, y: Array, out_idx: DType) -> tuple[Array, Array]:
    """The elements of ``x`` that are not in ``y``, and where they stand."""
    kept = [(item, place) for place, item in enumerate(x.tolist()) if item not in y.tolist()]
    return store([item for item, _ in kept], x.dtype), store([place for _, place in kept], out_idx.numpy_dtype)


def bound(search: Any) -> Any:
    """A reference that searches each row for each value."""

    def reference(rows: Array, values: Array, out_type: DType) -> Array:
        found = [
            search(row, value) for row, wanted in zip(rows.tolist(), values.tolist(), strict=True) for value in wanted
        ]
        return store(found, out_type.numpy_dtype).reshape(values.shape)

    return reference


_VALUES = ([3, 1, 3, 2, 1], [7], [2, 2, 2])
_ROWS = [[1, 3, 3, 5], [0, 0, 2, 9]]
_WANTED = [[0, 3, 6], [0, 1, 9]]


def bucketized(values: Array, boundaries: tuple[float, ...]) -> Array:
    """How many boundaries are at most the value."""
    flat = [bisect.bisect_right(boundaries, float(value)) for value in values.ravel()]
    return store(flat, int32.numpy_dtype).reshape(values.shape)


CASES = [
    *(
        Case(op, (array(values, dtype),), reference, {"out_idx": kind})
        for op, reference in ((ops.UNIQUE, unique), (ops.UNIQUE_WITH_COUNTS, unique_with_counts))
        for values in _VALUES
        for dtype, kind in (("int32", int32), ("float32", int64), ("int64", int32))
    ),
    *(
        Case(ops.LIST_DIFF, (array(values, dtype), array([3, 9], dtype)), list_diff, {"out_idx": int32})
        for values in _VALUES
        for dtype in ("int32", "float32")
    ),
    *(
        Case(op, (array(_ROWS, dtype), array(_WANTED, dtype)), bound(search), {"out_type": kind})
        for op, search in ((ops.LOWER_BOUND, bisect.bisect_left), (ops.UPPER_BOUND, bisect.bisect_right))
        for dtype, kind in (("int32", int32), ("float32", int64))
    ),
    *(
        Case(ops.BUCKETIZE, (array(values, dtype),), bucketized, {"boundaries": (0.0, 10.0, 100.5)})
        for dtype in ("int32", "int64", "float32", "float64")
        for values in ([[-5, 10000], [150, 10], [5, 100]], 101, [])
    ),
]
