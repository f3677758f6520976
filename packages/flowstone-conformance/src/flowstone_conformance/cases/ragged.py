"""Cases for ``flowstone_core.ops.ragged``."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from flowstone_core.dtypes import int32, int64, string
from flowstone_core.ops import ragged as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, indices, number
from flowstone_conformance.samples import array, sample

Nested = list[Any]


def rows(values: Nested, splits: Array) -> Nested:
    """A list of values as a list of rows."""
    return [values[splits[i] : splits[i + 1]] for i in range(len(splits) - 1)]


def nested(splits: list[Array], values: Array) -> Nested:
    """A ragged tensor as nested lists of slices."""
    found: Nested = list(values)
    for each in reversed(splits):
        found = rows(found, each)
    return found


def taken_apart(value: Nested, depth: int, dtype: Any) -> tuple[list[Array], Nested]:
    """Nested lists as row splits and values."""
    splits = []
    for _ in range(depth):
        bounds = [0]
        for row in value:
            bounds.append(bounds[-1] + len(row))
        splits.append(np.array(bounds, dtype))
        value = [item for row in value for item in row]
    return splits, value


def joined(values: Nested, like: Array) -> Array:
    """A list of slices as one array."""
    out = np.empty((len(values), *like.shape[1:]), like.dtype)
    for place, value in enumerate(values):
        out[place] = value
    return out


def counted(starts: Array, limits: Array, deltas: Array, Tsplits: Any = int64) -> tuple[Array, Array]:
    """Python's ranges, one number after the other."""
    count = max(each.size for each in (starts, limits, deltas))
    made: Nested = []
    for row in range(count):
        start, limit, delta = (number(each.reshape(-1)[row % each.size]) for each in (starts, limits, deltas))
        numbers: Nested = []
        while (start + len(numbers) * delta < limit) if delta > 0 else (start + len(numbers) * delta > limit):
            numbers.append(start + len(numbers) * delta)
        made.append(numbers)
    (splits,), values = taken_apart(made, 1, Tsplits.numpy_dtype)
    return splits, np.array(values, starts.dtype)


def picked(splits: list[Array], values: Array, places: Array, OUTPUT_RAGGED_RANK: int) -> tuple[list[Array], Array]:
    """The rows at indices."""
    whole = nested(splits, values)

    def pick(index: Any) -> Nested:
        return [pick(each) for each in index] if isinstance(index, list) else whole[index]

    found, flat = taken_apart(pick(places.tolist()), OUTPUT_RAGGED_RANK, splits[0].dtype)
    return found, joined(flat, values)


def padded(
    shape: Array, values: Array, default_value: Array, partitions: list[Array], row_partition_types: tuple[str, ...]
) -> Array:
    """Each place of the dense tensor by itself."""
    if row_partition_types[0] == "FIRST_DIM_SIZE":
        splits = []
        size = int(partitions[0])
        for ids in partitions[1:]:
            splits.append(np.array([sum(int(each) < row for each in ids) for row in range(size + 1)]))
            size = len(ids)
    else:
        splits = partitions
    whole = nested(splits, values)
    depth = len(splits) + 1

    def longest(value: Any, level: int) -> int:
        if level == 0:
            return len(value)
        return max((longest(each, level - 1) for each in value), default=0)

    sizes = [longest(whole, level) for level in range(depth)]
    if shape.ndim:
        sizes = [own if asked < 0 else asked for own, asked in zip(sizes, shape.tolist(), strict=False)]
    out = np.empty((*sizes, *values.shape[1:]), values.dtype)
    for index in indices(sizes):
        value: Any = whole
        for place in index:
            value = value[place] if value is not None and place < len(value) else None
        out[index] = default_value if value is None else value
    return out


def coordinates(splits: list[Array], values: Array) -> tuple[Array, Array, Array]:
    """Every number of a ragged tensor, with where it stands."""
    depth = len(splits) + values.ndim
    found: list[tuple[tuple[int, ...], Any]] = []
    extent = [len(splits[0]) - 1, *[0] * (depth - 1)]
    extent[len(splits) + 1 :] = values.shape[1:]

    def visit(value: Any, place: tuple[int, ...]) -> None:
        if len(place) == depth:
            found.append((place, value))
            return
        extent[len(place)] = max(extent[len(place)], len(value))
        for position, each in enumerate(value):
            visit(each, (*place, position))

    visit(nested(splits, values), ())
    places = np.array([place for place, _ in found], np.int64).reshape(-1, depth)
    return places, np.array([value for _, value in found], values.dtype), np.array(extent, np.int64)


def crossed(
    ragged_values: list[Array],
    ragged_splits: list[Array],
    sparse_indices: list[Array],
    sparse_values: list[Array],
    sparse_shape: list[Array],
    dense: list[Array],
    input_order: str,
    out_row_splits_type: Any,
    **attrs: Any,
) -> tuple[Array, Array]:
    """All combinations, row by row."""
    ragged = iter([nested([splits], values) for values, splits in zip(ragged_values, ragged_splits, strict=True)])
    plain = iter([list(matrix) for matrix in dense])
    features = [next(ragged) if letter == "R" else next(plain) for letter in input_order]
    made = []
    for row in zip(*features, strict=True):
        texts = [[each if isinstance(each, bytes) else str(each).encode() for each in feature] for feature in row]
        made.append([b"_X_".join(combination) for combination in itertools.product(*texts)])
    (splits,), flat = taken_apart(made, 1, out_row_splits_type.numpy_dtype)
    values = np.empty(len(flat), object)
    values[:] = flat
    return values, splits


def occurrences(splits: Array, values: Array, size: Array, weights: Array, binary_output: bool = False) -> Array:
    """How often each number occurs in each row."""
    out = np.zeros((len(splits) - 1, int(size)), weights.dtype)
    for row in range(len(splits) - 1):
        for place in range(splits[row], splits[row + 1]):
            value = int(values[place])
            if value < int(size):
                more = number(weights[place]) if weights.size else 1
                out[row, value] = 1 if binary_output else number(out[row, value]) + more
    return out


def splits(*bounds: int, dtype: str = "int64") -> Array:
    """Row splits."""
    return array(list(bounds), dtype)


def text(*values: bytes) -> Array:
    """Strings."""
    out = np.empty(len(values), object)
    out[:] = values
    return out


SPLITS_OF_FIVE = (
    [splits(0, 2, 2, 5)],
    [splits(0, 0, 5, dtype="int32")],
    [splits(0, 2, 3), splits(0, 1, 1, 5)],
    [splits(0, 0, 2), splits(0, 2, 3), splits(0, 3, 4, 5)],
)

CASES = [
    *(
        Case(ops.RAGGED_RANGE, (array(a, dtype), array(b, dtype), array(c, dtype)), counted, {"Tsplits": kind})
        for dtype in ("int32", "int64", "float32", "float64", "bfloat16")
        for kind in (int32, int64)
        for a, b, c in (([0, 5, 8], [3, 3, 12], 1), ([3, 2], [0, 0], [-1, -2]), (0, [2, 0, 5], 2), (1, 4, 1))
    ),
    *(
        Case(
            ops.RAGGED_GATHER,
            (nested_splits, sample((5, *inner), dtype), array(places, kind)),
            picked,
            {"OUTPUT_RAGGED_RANK": np.ndim(places) + len(nested_splits) - 1},
        )
        for nested_splits in SPLITS_OF_FIVE
        for dtype, inner in (("float32", ()), ("int32", (2,)))
        for places, kind in (([1, 0, 1], "int32"), ([[0, 1], [1, 1]], "int64"), (1, "int32"))
    ),
    *(
        Case(
            ops.RAGGED_TENSOR_TO_TENSOR,
            (array(asked, "int64"), sample((5, *inner), dtype), sample(default, dtype, seed=1), nested_splits),
            padded,
            {"row_partition_types": ("ROW_SPLITS",) * len(nested_splits)},
        )
        for nested_splits in SPLITS_OF_FIVE
        for dtype in ("float32", "int64")
        for inner, default in (((), ()), ((2,), ()), ((2,), (2,)))
        for asked in (-1, [-1, 2, *[-1] * (len(nested_splits) - 1 + len(inner))])
    ),
    Case(
        ops.RAGGED_TENSOR_TO_TENSOR,
        (
            array([-1, -1, -1], "int32"),
            sample((5,), "float32"),
            sample((), "float32"),
            [array(3, "int64"), array([0, 2], "int64"), array([0, 0, 1, 1, 1], "int64")],
        ),
        padded,
        {"row_partition_types": ("FIRST_DIM_SIZE", "VALUE_ROWIDS", "VALUE_ROWIDS")},
    ),
    *(
        Case(ops.RAGGED_TENSOR_TO_SPARSE, (nested_splits, sample((5, *inner), "float32")), coordinates)
        for nested_splits in SPLITS_OF_FIVE
        for inner in ((), (2,))
    ),
    *(
        Case(
            ops.RAGGED_CROSS,
            (values, bounds, [], [], [], dense),
            crossed,
            {
                "input_order": order,
                "hashed_output": False,
                "num_buckets": 0,
                "hash_key": 0,
                "out_values_type": string,
                "out_row_splits_type": int64,
            },
            note=order,
        )
        for order, values, bounds, dense in (
            ("RR", [text(b"a", b"b", b"c"), array([1, 2, 3], "int64")], [splits(0, 1, 3), splits(0, 2, 3)], []),
            ("DR", [text(b"a", b"b", b"c")], [splits(0, 3, 3)], [array([[1, 2], [3, 4]], "int64")]),
        )
    ),
    *(
        Case(
            ops.RAGGED_BINCOUNT,
            (splits(0, 2, 2, 5), array([1, 1, 0, 3, 9], kind), array(4, kind), weights),
            occurrences,
            {"binary_output": binary},
        )
        for kind in ("int32", "int64")
        for binary in (False, True)
        for weights in (array([], "int64"), array([0.5, 2.0, 1.0, 4.0, 8.0], "float32"))
        if not (binary and weights.size)
    ),
]
