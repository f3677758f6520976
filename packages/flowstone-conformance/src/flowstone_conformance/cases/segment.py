"""Cases for ``flowstone_core.ops.segment``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_core.op import REGISTRY, Op
from flowstone_core.ops import segment

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number, store
from flowstone_conformance.samples import array, sample

assert segment.__name__  # importing the family defines its ops


def grouped(function: Callable[[list[Any]], Any], of_none: Any) -> Callable[..., Array]:
    """A reference that applies a function to the elements of each segment, or gives ``of_none`` for an empty one."""

    def reference(data: Array, ids: Array, count: Array | None = None) -> Array:
        total = int(count) if count is not None else max(ids.reshape(-1).tolist(), default=-1) + 1
        rest = data.shape[ids.ndim :]
        members: list[list[Any]] = [[] for _ in range(total)]
        for place in indices(ids.shape):
            if int(ids[place]) >= 0:
                members[int(ids[place])].append(data[place])
        empty = limit(of_none, data.dtype)
        values = [
            function([number(slice_[index]) for slice_ in group]) if group else empty
            for group in members
            for index in indices(rest)
        ]
        return store(values, data.dtype).reshape(total, *rest)

    return reference


def limit(value: Any, dtype: np.dtype[Any]) -> Any:
    """Infinities as the largest and smallest number of a dtype."""
    if not (isinstance(value, float) and math.isinf(value)):
        return value
    if dtype.kind in "iu":
        return int(np.iinfo(dtype).max if value > 0 else np.iinfo(dtype).min)
    return float(np.finfo(dtype).max if value > 0 else np.finfo(dtype).min)


SORTED: dict[str, tuple[Callable[[list[Any]], Any], Any]] = {
    "SegmentSum": (sum, 0),
    "SegmentProd": (math.prod, 1),
    "SegmentMax": (max, 0),
    "SegmentMin": (min, 0),
    "SegmentMean": (lambda values: sum(values) / len(values), 0),
}
UNSORTED: dict[str, tuple[Callable[[list[Any]], Any], Any]] = {
    "UnsortedSegmentSum": (sum, 0),
    "UnsortedSegmentProd": (math.prod, 1),
    "UnsortedSegmentMax": (max, -math.inf),
    "UnsortedSegmentMin": (min, math.inf),
}


def op(name: str) -> Op:
    """The op of a name."""
    return REGISTRY[name]


CASES = [
    *(
        Case(op(name), (sample(shape, dtype), array(ids, kind)), grouped(*how), tolerance=4)
        for name, how in SORTED.items()
        for dtype in ("float32", "float64", "int32")
        for kind in ("int32", "int64")
        for shape, ids in (((4,), [0, 0, 1, 2]), ((4, 2), [0, 0, 2, 2]), ((3,), [0, 0, 0]))
        if not (name == "SegmentMean" and dtype == "int32") and (kind == "int32" or dtype == "float32")
    ),
    *(
        Case(op(name), (sample(shape, dtype), array(ids, "int32"), np.array(4, "int32")), grouped(*how), tolerance=4)
        for name, how in UNSORTED.items()
        for dtype in ("float32", "float64", "int32")
        for shape, ids in (((4,), [2, 0, 2, 1]), ((4, 2), [3, 3, -1, 0]), ((2, 2, 3), [[0, 1], [1, 0]]))
    ),
]
