"""Numpy kernels of ``flowstone_core.ops.segment``: runs of sorted ids are reduced, other ids update rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core.dtypes import from_numpy
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.accumulating import accumulate
from flowstone_core.kernels.gathering import check_indices
from flowstone_core.ops import segment as ops
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()


def reduce_runs(how: Any, data: Any, ids: Any, count: int, missing: Any) -> Any:
    """``how.reduce`` of the slices of each id (sorted), ``missing`` for ids that do not occur.

    16-bit floats are summed in float32.
    """
    working = _working(data.dtype)
    result = np.full((count, *data.shape[1:]), missing, working)
    if ids.size and data.size:
        starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
        result[ids[starts]] = how.reduceat(data.astype(working, copy=False), starts, axis=0, dtype=working)
    return result.astype(data.dtype, copy=False)


def reduce_rows(how: Any, data: Any, ids: Any, count: int, missing: Any) -> Any:
    """``how.reduce`` of the slices of each id, in any order; it begins with ``missing``.

    16-bit floats are summed in float32.
    """
    result = np.full((count, *data.shape[1:]), missing, _working(data.dtype))
    accumulate(how, result, ids, data.astype(result.dtype, copy=False))
    return result.astype(data.dtype, copy=False)


def _working(dtype: Any) -> Any:
    return np.float32 if from_numpy(dtype).is_floating and dtype.itemsize == 2 else dtype


def _sorted_count(ids: Any, rows: int, num_segments: int | None) -> int:
    """How many segments sorted ids make."""
    if ids.ndim != 1 or ids.size != rows:
        raise SpecError(f"There must be one segment id for each of {rows} slices, got shape {TensorShape(ids.shape)}.")
    if num_segments is not None and num_segments < 0:
        raise SpecError(f"num_segments must not be negative, got {num_segments}.")
    if not ids.size:
        return num_segments or 0
    if (ids[1:] < ids[:-1]).any():
        raise SpecError("segment ids are not increasing.")
    if ids[0] < 0:
        raise SpecError(f"Segment id {ids[0]} is negative.")
    if num_segments is not None and ids[-1] >= num_segments:
        raise SpecError(f"segment ids must be < num_segments ({num_segments}), got {ids[-1]}.")
    return int(ids[-1]) + 1 if num_segments is None else num_segments


def _check_rank(data: Any) -> None:
    if not data.ndim:
        raise SpecError("Segments: data must have at least 1 dimension.")


def _segment(how: Any, missing: int) -> Callable[..., Any]:
    def kernel(data: Any, segment_ids: Any) -> Any:
        _check_rank(data)
        count = _sorted_count(segment_ids, len(data), None)
        return reduce_runs(how, data, segment_ids, count, missing)

    return kernel


def _segment_v2(how: Any, extreme: Callable[[Any], Any]) -> Callable[..., Any]:
    def kernel(data: Any, segment_ids: Any, num_segments: Any) -> Any:
        _check_rank(data)
        count = _sorted_count(segment_ids, len(data), int(num_segments))
        return reduce_runs(how, data, segment_ids, count, extreme(data.dtype))

    return kernel


def _unsorted(how: Any, missing: Callable[[Any], Any]) -> Callable[..., Any]:
    def kernel(data: Any, segment_ids: Any, num_segments: Any) -> Any:
        count = int(num_segments)
        if count < 0 or data.shape[: segment_ids.ndim] != segment_ids.shape:
            raise ValueError  # the shape rule explains
        ids = segment_ids.reshape(-1)
        if ids.size and ids.max() >= count:
            bad = int(np.argmax(ids >= count))
            raise SpecError(f"segment_ids[{bad}] = {ids[bad]} is out of range [0, {count}).")
        rows = data.reshape(ids.size, *data.shape[segment_ids.ndim :])
        if ids.size and ids.min() < 0:
            rows, ids = rows[ids >= 0], ids[ids >= 0]
        return reduce_rows(how, rows, ids, count, missing(data.dtype))

    return kernel


def _zero(dtype: Any) -> Any:
    return 0


def _one(dtype: Any) -> Any:
    return 1


def _least(dtype: Any) -> Any:
    return from_numpy(dtype).min


def _greatest(dtype: Any) -> Any:
    return from_numpy(dtype).max


KERNELS.add(ops.SEGMENT_SUM)(_segment(np.add, 0))
KERNELS.add(ops.SEGMENT_PROD)(_segment(np.multiply, 1))
KERNELS.add(ops.SEGMENT_MIN)(_segment(np.minimum, 0))
KERNELS.add(ops.SEGMENT_MAX)(_segment(np.maximum, 0))
KERNELS.add(ops.SEGMENT_SUM_V2)(_segment_v2(np.add, _zero))
KERNELS.add(ops.SEGMENT_PROD_V2)(_segment_v2(np.multiply, _one))
KERNELS.add(ops.SEGMENT_MIN_V2)(_segment_v2(np.minimum, _greatest))
KERNELS.add(ops.SEGMENT_MAX_V2)(_segment_v2(np.maximum, _least))
KERNELS.add(ops.UNSORTED_SEGMENT_SUM)(_unsorted(np.add, _zero))
KERNELS.add(ops.UNSORTED_SEGMENT_PROD)(_unsorted(np.multiply, _one))
KERNELS.add(ops.UNSORTED_SEGMENT_MIN)(_unsorted(np.minimum, _greatest))
KERNELS.add(ops.UNSORTED_SEGMENT_MAX)(_unsorted(np.maximum, _least))


def _counts(ids: Any, count: int, like: Any) -> Any:
    """How often each id occurs (at least once), shaped to divide ``like``."""
    counts = np.maximum(np.bincount(ids, minlength=count), 1)
    return counts.reshape(-1, *(1,) * (like.ndim - 1))


def _divided(total: Any, counts: Any) -> Any:
    if total.dtype.kind in "iu":
        return (np.sign(total) * (np.abs(total) // counts.astype(total.dtype))).astype(total.dtype)
    working = np.float64 if total.dtype.itemsize > 2 else np.float32
    if total.dtype.kind == "c":
        return (total / counts).astype(total.dtype)
    return (total.astype(working) / counts).astype(total.dtype)


@KERNELS.add(ops.SEGMENT_MEAN)
def segment_mean(data: Any, segment_ids: Any) -> Any:
    """Sums divided by counts; integers are cut towards zero."""
    _check_rank(data)
    count = _sorted_count(segment_ids, len(data), None)
    total = reduce_runs(np.add, data, segment_ids, count, 0)
    return _divided(total, _counts(segment_ids, count, total))


# -- gathered slices -----------------------------------------------------------------------------------------------


def _scaled(total: Any, ids: Any, count: int, kind: str) -> Any:
    """Sums as sums, means, or sums over the root of the count."""
    if kind == "sum" or not total.size:
        return total
    counts = _counts(ids, count, total)
    return _divided(total, counts if kind == "mean" else np.sqrt(counts))


def _sparse(kind: str, sized: bool) -> Callable[..., Any]:
    def kernel(data: Any, indices: Any, segment_ids: Any, num_segments: Any = None, *, sparse_gradient: bool) -> Any:
        _check_rank(data)
        if indices.shape != segment_ids.shape:
            raise SpecError("segment_ids and indices should have the same size.")
        count = _sorted_count(segment_ids, indices.size, int(num_segments) if sized else None)
        check_indices(indices, len(data))
        return _scaled(reduce_runs(np.add, data[indices], segment_ids, count, 0), segment_ids, count, kind)

    return kernel


KERNELS.add(ops.SPARSE_SEGMENT_SUM)(_sparse("sum", False))
KERNELS.add(ops.SPARSE_SEGMENT_MEAN)(_sparse("mean", False))
KERNELS.add(ops.SPARSE_SEGMENT_SQRT_N)(_sparse("sqrt_n", False))
KERNELS.add(ops.SPARSE_SEGMENT_SUM_SIZED)(_sparse("sum", True))
KERNELS.add(ops.SPARSE_SEGMENT_MEAN_SIZED)(_sparse("mean", True))
KERNELS.add(ops.SPARSE_SEGMENT_SQRT_N_SIZED)(_sparse("sqrt_n", True))


def _spread(grad: Any, segment_ids: Any, kind: str) -> Any:
    """What each gathered slice gets of the gradient."""
    check_indices(segment_ids, len(grad), "segment_ids")
    return _scaled(grad, segment_ids, len(grad), kind)[segment_ids]


def _dense_gradient(kind: str) -> Callable[..., Any]:
    def kernel(grad: Any, indices: Any, segment_ids: Any, output_dim0: Any) -> Any:
        size = int(output_dim0)
        check_indices(indices, size)
        return reduce_rows(np.add, _spread(grad, segment_ids, kind), indices, size, 0)

    return kernel


def _row_gradient(kind: str) -> Callable[..., Any]:
    def kernel(grad: Any, indices: Any, segment_ids: Any, dense_output_dim0: Any) -> tuple[Any, Any]:
        check_indices(indices, int(dense_output_dim0))
        unique, numbers = np.unique(indices, return_inverse=True)
        return reduce_rows(np.add, _spread(grad, segment_ids, kind), numbers, unique.size, 0), unique

    return kernel


for _kind, _dense, _rows in (
    ("sum", ops.SPARSE_SEGMENT_SUM_GRAD, ops.SPARSE_SEGMENT_SUM_GRAD_V2),
    ("mean", ops.SPARSE_SEGMENT_MEAN_GRAD, ops.SPARSE_SEGMENT_MEAN_GRAD_V2),
    ("sqrt_n", ops.SPARSE_SEGMENT_SQRT_N_GRAD, ops.SPARSE_SEGMENT_SQRT_N_GRAD_V2),
):
    KERNELS.add(_dense)(_dense_gradient(_kind))
    KERNELS.add(_rows)(_row_gradient(_kind))
