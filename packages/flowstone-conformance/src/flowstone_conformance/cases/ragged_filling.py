"""Cases for ``flowstone_core.ops.ragged_filling``: the references go from row to row."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.ops import ragged_filling as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, number, store
from flowstone_conformance.samples import array, sample, text

INT = np.dtype(np.int64)


def filled(rowids: Array, values: Array, nrows: Array, default: Array) -> tuple[Array, ...]:
    """The values of each row in their order, or the default."""
    rows: list[int] = []
    found: list[Any] = []
    empty: list[bool] = []
    places = [0] * len(rowids)
    for row in range(int(nrows)):
        own = [at for at, each in enumerate(rowids.tolist()) if each == row]
        empty.append(not own)
        for at in own:
            places[at] = len(found)
            rows.append(row)
            found.append(values[at])
        if not own:
            rows.append(row)
            found.append(default[()])
    made = np.empty(len(found), values.dtype)
    for place, value in enumerate(found):
        made[place] = value
    return store(rows, INT), made, np.array(empty, bool), store(places, INT)


def gradient(places: Array, grads: Array) -> tuple[Array, Array]:
    """What comes from values; the sum of what comes from elsewhere."""
    own = places.tolist()
    rest = sum(number(grad) for at, grad in enumerate(grads) if at not in own)
    return store([number(grads[at]) for at in own], grads.dtype), store([rest], grads.dtype).reshape(())


CASES = [
    *(
        Case(
            ops.RAGGED_FILL_EMPTY_ROWS,
            (array(rowids, "int64"), sample((len(rowids),), dtype), array(nrows, "int64"), array(7, dtype)),
            filled,
        )
        for dtype in ("float32", "int32", "bool")
        for rowids, nrows in (([0, 0, 2, 4], 6), ([2, 0, 2], 3), ([], 2), ([], 0), ([0, 1], 2))
    ),
    Case(
        ops.RAGGED_FILL_EMPTY_ROWS,
        (array([1, 1], "int64"), text(["a", "b"]), array(3, "int64"), np.array(b"-", object)),
        filled,
    ),
    *(
        Case(ops.RAGGED_FILL_EMPTY_ROWS_GRAD, (array(places, "int64"), sample((5,), dtype)), gradient)
        for dtype in ("float32", "float64")
        for places in ([0, 2, 3], [4, 0], [], [0, 1, 2, 3, 4])
    ),
]
