"""Cases for ``flowstone_core.ops.gathering``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flowstone_core.op import Op
from flowstone_core.ops import gathering as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, gathered, indices, number, store
from flowstone_conformance.samples import array, sample

TYPES = ("float32", "float64", "bfloat16", "int32", "bool", "complex64")


def gather(params: Array, where: Array, axis: Array, batch_dims: int = 0) -> Array:
    """The slices of ``params`` along ``axis`` that ``where`` names, separately for each of the batch dimensions."""
    along = int(axis) % params.ndim
    shape = (*params.shape[:along], *where.shape[batch_dims:], *params.shape[along + 1 :])
    width = where.ndim - batch_dims

    def value(index: tuple[int, ...]) -> Any:
        before, inside, behind = index[:along], index[along : along + width], index[along + width :]
        return params[(*before, int(where[(*index[:batch_dims], *inside)]), *behind)]

    return gathered(shape, params.dtype, value)


def gather_nd(params: Array, where: Array) -> Array:
    """The slices of ``params`` whose leading indices are the rows of ``where``."""
    depth = where.shape[-1]
    shape = (*where.shape[:-1], *params.shape[depth:])
    rows = where.ndim - 1
    return gathered(shape, params.dtype, lambda index: params[(*(int(i) for i in where[index[:rows]]), *index[rows:])])


def scattered(combine: Callable[[Any, Any], Any]) -> Callable[[Array, Array, Array], Array]:
    """A reference that combines each update with what is at its place, one after the other."""

    def reference(tensor: Array, where: Array, updates: Array) -> Array:
        out = {index: number(tensor[index]) for index in indices(tensor.shape)}
        rows = where.ndim - 1
        for index in indices(updates.shape):
            place = (*(int(i) for i in where[index[:rows]]), *index[rows:])
            out[place] = combine(out[place], number(updates[index]))
        return store(list(out.values()), tensor.dtype).reshape(tensor.shape)

    return reference


def scatter_nd(where: Array, updates: Array, shape: Array) -> Array:
    """Updates added into zeros."""
    zeros = np.zeros(tuple(int(size) for size in shape), updates.dtype)
    return scattered(lambda old, new: old + new)(zeros, where, updates)


def dynamic_partition(data: Array, partitions: Array, num_partitions: int) -> list[Array]:
    """The slices of ``data`` in the group that each is given."""
    rest = data.shape[partitions.ndim :]
    groups = [[data[i] for i in indices(partitions.shape) if partitions[i] == group] for group in range(num_partitions)]
    return [np.array(group, data.dtype).reshape(len(group), *rest) for group in groups]


def dynamic_stitch(places: list[Array], data: list[Array]) -> Array:
    """Slices at their places; the later of two wins."""
    found = {int(where[i]): values[i] for where, values in zip(places, data, strict=True) for i in indices(where.shape)}
    return np.array([found[i] for i in range(len(found))], data[0].dtype)


UPDATES: dict[Op, tuple[Callable[[Any, Any], Any], tuple[str, ...]]] = {
    ops.TENSOR_SCATTER_UPDATE: (lambda old, new: new, ("float32", "float64", "int32", "complex64")),
    ops.TENSOR_SCATTER_ADD: (lambda old, new: old + new, ("float32", "float64", "int32", "complex64")),
    ops.TENSOR_SCATTER_SUB: (lambda old, new: old - new, ("float32", "float64", "int32", "complex64")),
    ops.TENSOR_SCATTER_MAX: (max, ("float32", "float64", "int32")),
    ops.TENSOR_SCATTER_MIN: (min, ("float32", "float64", "int32")),
}

SCATTERS: tuple[tuple[tuple[int, ...], Any, tuple[int, ...]], ...] = (
    ((5,), [[1], [3]], (2,)),
    ((4, 3), [[2], [0]], (2, 3)),
    ((4, 3), [[2, 1], [0, 2], [3, 0]], (3,)),
    ((2, 3, 2), [[[0, 1]], [[1, 2]]], (2, 1, 2)),
)
REPEATED: tuple[tuple[int, ...], Any, tuple[int, ...]] = ((5,), [[1], [3], [1]], (3,))
"""One place twice: sums and extremes of both."""

GATHERS: tuple[tuple[tuple[int, ...], Any, int, int], ...] = (
    ((5,), [4, 0, 0], 0, 0),
    ((4, 3), [[1, 3], [0, 2]], 0, 0),
    ((4, 3), [2, 0], 1, 0),
    ((4, 3), 2, -1, 0),
    ((2, 3), [[1, 0], [2, 2]], 1, 1),
    ((2, 3, 4), [[[1], [0], [3]], [[2], [2], [0]]], 2, 2),
    ((4, 3), [], 0, 0),
)


def positions(values: Any, dtype: str) -> Array:
    """An operand of indices."""
    return array(np.array(values, "int64"), dtype)


CASES = [
    *(
        Case(
            ops.GATHER_V2,
            (sample(shape, dtype), positions(where, kind), np.array(axis, "int32")),
            gather,
            {"batch_dims": batch},
        )
        for dtype in TYPES
        for kind in ("int32", "int64")
        for shape, where, axis, batch in GATHERS
        if kind == "int32" or dtype == "float32"
    ),
    *(
        Case(
            ops.GATHER,
            (sample((4, 3), dtype), positions([[1, 3], [0, 2]], "int32")),
            lambda params, where: gather(params, where, np.array(0)),
        )
        for dtype in TYPES
    ),
    *(
        Case(ops.GATHER_ND, (sample(shape, dtype), positions(where, kind)), gather_nd)
        for dtype in TYPES
        for kind in ("int32", "int64")
        for shape, where, _ in SCATTERS
        if kind == "int32" or dtype == "float32"
    ),
    *(
        Case(op, (sample(shape, dtype), positions(where, "int32"), sample(values, dtype, seed=1)), scattered(combine))
        for op, (combine, dtypes) in UPDATES.items()
        for dtype in dtypes
        for shape, where, values in (*SCATTERS, REPEATED)
        if op is not ops.TENSOR_SCATTER_UPDATE or values != REPEATED[2]
    ),
    *(
        Case(ops.SCATTER_ND, (positions(where, kind), sample(values, dtype), positions(shape, kind)), scatter_nd)
        for dtype in ("float32", "float64", "int32", "complex64")
        for kind in ("int32", "int64")
        for shape, where, values in (*SCATTERS, REPEATED)
        if kind == "int32" or dtype == "float32"
    ),
    *(
        Case(
            ops.SCATTER_ND_NON_ALIASING_ADD,
            (sample(shape, dtype), positions(where, "int32"), sample(values, dtype, seed=1)),
            scattered(lambda old, new: old + new),
        )
        for dtype in ("float32", "int32")
        for shape, where, values in (*SCATTERS, REPEATED)
    ),
    *(
        Case(
            ops.DYNAMIC_PARTITION,
            (sample(shape, dtype), array(groups, "int32")),
            dynamic_partition,
            {"num_partitions": 3},
        )
        for dtype in TYPES
        for shape, groups in (((4,), [0, 2, 0, 1]), ((4, 2), [2, 2, 0, 2]), ((2, 2, 3), [[0, 1], [1, 0]]))
    ),
    *(
        Case(
            op,
            (
                [array([0, 3], "int32"), array([[2, 1], [4, 3]], "int32")],
                [sample((2, 2), dtype), sample((2, 2, 2), dtype, seed=1)],
            ),
            dynamic_stitch,
        )
        for op in (ops.DYNAMIC_STITCH, ops.PARALLEL_DYNAMIC_STITCH)
        for dtype in TYPES
    ),
]
