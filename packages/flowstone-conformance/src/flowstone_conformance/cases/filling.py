"""Cases for ``flowstone_core.ops.filling``."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.ops import filling as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, gathered
from flowstone_conformance.samples import array, sample

TYPES = ("float32", "float64", "float16", "int32", "uint8", "bool", "complex64")
SHAPES: tuple[tuple[int, ...], ...] = ((), (3,), (2, 3), (0, 2))


def filled(shape: Any, value: Any, dtype: Any) -> Array:
    """One value everywhere."""
    return gathered([int(size) for size in shape], dtype, lambda index: value)


def one_hot(indices: Array, depth: Array, on_value: Array, off_value: Array, axis: int = -1) -> Array:
    """``on_value`` where the place along the new axis equals the index."""
    along = axis if axis >= 0 else indices.ndim
    shape = [*indices.shape]
    shape.insert(along, int(depth))

    def value(place: tuple[int, ...]) -> Any:
        index = indices[(*place[:along], *place[along + 1 :])]
        return (on_value if int(index) == place[along] else off_value)[()]

    return gathered(shape, on_value.dtype, value)


CASES = [
    *(
        Case(
            ops.FILL,
            (array(np.array(shape, "int64"), index), sample((), dtype)),
            lambda dims, value: filled(dims, value[()], value.dtype),
        )
        for dtype in TYPES
        for shape in SHAPES
        for index in ("int32", "int64")
    ),
    *(
        Case(op, (sample(shape, dtype),), lambda x, value=value: filled(x.shape, value, x.dtype))
        for op, value in ((ops.ZEROS_LIKE, 0), (ops.ONES_LIKE, 1))
        for dtype in TYPES
        for shape in SHAPES
    ),
    *(
        Case(
            ops.ONE_HOT,
            (array(indices, kind), np.array(3, "int32"), sample((), dtype), sample((), dtype, seed=1)),
            one_hot,
            {"axis": axis},
        )
        for dtype in TYPES
        for kind in ("int32", "int64", "uint8")
        for indices, axis in (([0, 2, 1], -1), ([[0, 1], [2, 0]], 0), ([1, 7], 1))
        if kind == "int64" or dtype == "float32"
    ),
]
