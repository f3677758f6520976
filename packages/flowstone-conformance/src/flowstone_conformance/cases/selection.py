"""Cases for ``flowstone_core.ops.selection``."""

from __future__ import annotations

import numpy as np
from flowstone_core.ops import selection as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, broadcast, gathered, indices
from flowstone_conformance.samples import sample

TYPES = ("float32", "float64", "bfloat16", "int32", "bool", "complex64")


def placed(array: Array, index: tuple[int, ...]) -> Array:
    """The element that meets a place of the broadcast result."""
    own = index[len(index) - array.ndim :]
    found: Array = array[tuple(i if size != 1 else 0 for i, size in zip(own, array.shape, strict=True))]
    return found


def select_v2(condition: Array, t: Array, e: Array) -> Array:
    """``t`` where the condition holds, else ``e``; all three broadcast."""
    shape = broadcast(condition.shape, t.shape, e.shape)
    return gathered(shape, t.dtype, lambda index: placed(t if placed(condition, index) else e, index))


def select(condition: Array, t: Array, e: Array) -> Array:
    """As ``select_v2`` without broadcasting; a vector selects whole rows."""
    if condition.ndim == 1 and t.ndim > 1:
        condition = condition.reshape(-1, *([1] * (t.ndim - 1)))
    return select_v2(condition, t, e)


def where(x: Array) -> Array:
    """The places of all elements that are not zero, in order."""
    found = [index for index in indices(x.shape) if bool(x[index])]
    return np.array(found, "int64").reshape(len(found), x.ndim)


CASES = [
    *(
        Case(ops.SELECT_V2, (sample(c, "bool"), sample(t, dtype), sample(e, dtype, seed=1)), select_v2)
        for dtype in TYPES
        for c, t, e in (
            ((2, 3), (2, 3), (2, 3)),
            ((), (3,), (3,)),
            ((2, 1), (3,), ()),
            ((3,), (2, 3), (1, 3)),
            ((0,), (0,), (1,)),
        )
    ),
    *(
        Case(ops.SELECT, (sample(c, "bool"), sample(t, dtype), sample(t, dtype, seed=1)), select)
        for dtype in TYPES
        for c, t in (((2, 3), (2, 3)), ((), (2, 3)), ((2,), (2, 3)))
    ),
    *(
        Case(ops.WHERE, (sample(shape, dtype),), where)
        for dtype in ("bool", "float32", "int32", "complex64")
        for shape in ((3,), (2, 3), (2, 3, 2), (0, 2))
    ),
]
