"""Cases for ``flowstone_core.ops.sparse_cross``; hashes are TensorFlow's own, recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
from flowstone_core.dtypes import int64
from flowstone_core.ops import sparse_cross as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, result, store
from flowstone_conformance.samples import array

INT = np.dtype(np.int64)


def words(indices: list[Array], values: list[Array], shapes: list[Array], dense: list[Array], sep: Array) -> Any:
    """Row by row, column by column."""
    height = int(shapes[0][0]) if shapes else len(dense[0])
    places, found, longest = [], [], 0
    for row in range(height):
        crossed: list[Any] = [b""]
        columns = [
            [value for place, value in zip(own.tolist(), features.tolist(), strict=True) if place[0] == row]
            for own, features in zip(indices, values, strict=True)
        ] + [each[row].tolist() for each in dense]
        for number, column in enumerate(columns):
            as_words: list[Any] = [item if isinstance(item, bytes) else str(item).encode() for item in column]
            crossed = [(word + sep[()] if number else b"") + item for word in crossed for item in as_words]
        longest = max(longest, len(crossed))
        places += [(row, at) for at in range(len(crossed))]
        found += crossed
    made = np.empty(len(found), object)
    made[:] = found
    return (
        store([index for place in places for index in place], INT).reshape(len(places), 2),
        made,
        store([height, longest], INT),
    )


def text(values: list[Any]) -> Array:
    """Words."""
    return np.array(values, object)


_PLACES = array([[0, 0], [1, 0], [1, 1]], "int64")
_OTHERS = array([[0, 0], [0, 2], [1, 0]], "int64")
_SHAPE = array([2, 3], "int64")
_SEPARATOR = np.array(b"_X_", object)
_SALT = array([1, 2], "int64")
_HASHES: list[int] = [2281083453647840905, 1317329291664540621, 4192468276330749491]

_HASHED = {(0, False): 4954488259827281376, (0, True): 8477894824773777395, (1000, False): 376, (1000, True): 202}
"""Of b"abc" and b"de", by the number of buckets and the strength."""

CASES = [
    *(
        Case(
            ops.SPARSE_CROSS_HASHED,
            ([], [], [], [text([[b"abc"]]), text([[b"de"]])], array(buckets, "int64"), array(strong, "bool"), _SALT),
            result(array([[0, 0]], "int64"), store([expected], INT), array([1, 1], "int64")),
        )
        for (buckets, strong), expected in _HASHED.items()
    ),
    *(
        Case(ops.SPARSE_CROSS_V2, (indices, values, [_SHAPE] * len(indices), dense, _SEPARATOR), words)
        for indices, values, dense in (
            ([_PLACES, _OTHERS], [text([b"a", b"b", b"c"]), text([b"d", b"e", b"f"])], []),
            ([_PLACES], [array([1, 2, 3], "int64")], [text([[b"x", b"y"], [b"z", b""]])]),
            ([], [], [array([[1], [2]], "int64"), text([[b"x", b"y"], [b"z", b""]])]),
        )
    ),
    Case(
        ops.SPARSE_CROSS,
        ([_PLACES], [text([b"a", b"b", b"c"])], [_SHAPE], [array([[7], [-8]], "int64")]),
        lambda *inputs, **attrs: (
            array([[0, 0], [1, 0], [1, 1]], "int64"),
            store(_HASHES, INT),
            array([2, 2], "int64"),
        ),
        {"hashed_output": True, "num_buckets": 0, "hash_key": 42, "out_type": int64, "internal_type": int64},
    ),
]
