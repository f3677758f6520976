"""Numpy kernels of ``flowstone_core.ops.gathering``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.accumulating import accumulate
from flowstone_core.kernels.indexing import blank
from flowstone_core.ops import gathering as ops
from flowstone_core.shapes import TensorShape
from flowstone_core.typelists import NUMBER_KERNELS

KERNELS = KernelSet()


_UNSIGNED = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


def check_indices(indices: Any, limit: int, what: str = "indices") -> None:
    """Refuse indices outside ``[0, limit)``, also those that numpy would count from the end."""
    # as unsigned numbers, those below 0 are the largest
    if indices.size and indices.view(_UNSIGNED[indices.itemsize]).max() >= limit:
        bad = np.argwhere((indices < 0) | (indices >= limit))[0]
        place = "".join(f"[{i}]" for i in bad)
        raise SpecError(f"{what}{place} = {indices[tuple(bad)]} is not in [0, {limit}).")


@KERNELS.add(ops.GATHER_V2)
def gather_v2(params: Any, indices: Any, axis: Any, *, batch_dims: int) -> Any:
    """``numpy.take``; with batch dimensions, from a flattened batch with offset indices."""
    at = int(axis)
    if not -params.ndim <= at < params.ndim:
        raise ValueError  # the shape rule explains
    at %= params.ndim
    batch = batch_dims + indices.ndim if batch_dims < 0 else batch_dims
    if not batch:
        return take(params, indices, at)
    if not 0 <= batch <= min(at, indices.ndim):
        raise ValueError
    if params.shape[:batch] != indices.shape[:batch]:
        raise SpecError(
            f"Gather: the first {batch} dimensions of params {TensorShape(params.shape)} and indices "
            f"{TensorShape(indices.shape)} must be equal."
        )
    return _take_batch(params, indices, at, batch)


def take(params: Any, indices: Any, axis: int) -> Any:
    """The slices along ``axis`` at checked ``indices``."""
    limit = params.shape[axis]
    if params.size or not limit:
        check_indices(indices, limit)
    if not params.size:
        return blank(params.shape[:axis] + indices.shape + params.shape[axis + 1 :], params)
    # every index is in range: "clip" only spares numpy its own, slower, check
    return np.take(params, indices, axis, mode="clip")


def _take_batch(params: Any, indices: Any, axis: int, batch: int) -> Any:
    limit = params.shape[axis]
    check_indices(indices, limit)
    count = math.prod(params.shape[:batch])
    moved = np.moveaxis(params, axis, batch)
    rest = moved.shape[batch + 1 :]
    rows = moved.reshape(count * limit, *rest)
    inner = indices.shape[batch:]
    offsets = np.arange(count).reshape(count, *(1,) * len(inner)) * limit
    picked = np.take(rows, indices.reshape(count, *inner) + offsets, 0)
    result = picked.reshape(*params.shape[:batch], *inner, *rest)
    between = axis - batch
    source = list(range(batch + len(inner), batch + len(inner) + between))
    return np.moveaxis(result, source, list(range(batch, batch + between)))


@KERNELS.add(ops.GATHER)
def gather(params: Any, indices: Any, *, validate_indices: bool) -> Any:
    """The slices along the first dimension."""
    return take(params, indices, 0)


def rows_of(indices: Any, sizes: tuple[int, ...], what: str, ignore: bool) -> tuple[Any, Any]:
    """Vectors of indices as row numbers of the flattened leading dimensions, and which of them are in range.

    Raises:
        SpecError: If one is out of range and ``ignore`` is False.
    """
    flat = indices.reshape(math.prod(indices.shape[:-1]), len(sizes)).astype(np.int64, copy=False)
    limits = np.array(sizes, np.int64)
    inside = ((flat >= 0) & (flat < limits)).all(axis=1)
    if not ignore and not inside.all():
        bad = int(np.flatnonzero(~inside)[0])
        raise SpecError(f"{what}: indices[{bad}] = {flat[bad].tolist()} does not index into shape {list(sizes)}.")
    strides = np.array([math.prod(sizes[i + 1 :]) for i in range(len(sizes))], np.int64)
    return flat @ strides, inside


def _ignores(policy: str) -> bool:
    if policy not in ("", "DEFAULT", "ERROR", "IGNORE"):
        raise SpecError(f"bad_indices_policy must be '', 'DEFAULT', 'ERROR' or 'IGNORE', got {policy!r}.")
    return policy == "IGNORE"


@KERNELS.add(ops.GATHER_ND)
def gather_nd(params: Any, indices: Any, *, bad_indices_policy: str) -> Any:
    """Rows of the flattened leading dimensions."""
    if not indices.ndim or not params.ndim or indices.shape[-1] > params.ndim:
        raise ValueError  # the shape rule explains
    depth = indices.shape[-1]
    sizes, rest = params.shape[:depth], params.shape[depth:]
    rows, inside = rows_of(indices, sizes, "GatherNd", _ignores(bad_indices_policy))
    table = params.reshape(math.prod(sizes), *rest)
    if inside.all():
        picked = table[rows]
    else:
        picked = blank((rows.size, *rest), params)
        picked[inside] = table[rows[inside]]
    return picked.reshape(indices.shape[:-1] + rest)


def scatter(target: Any, indices: Any, updates: Any, how: Any, what: str, ignore: bool) -> Any:
    """``target``, changed in place: ``how(target[row], update)`` for each update in order (None: replace).

    ``target`` must be contiguous.
    """
    if not indices.ndim or indices.shape[-1] > target.ndim or not updates.ndim:
        raise SpecError(
            f"{what}: updates of shape {TensorShape(updates.shape)} at indices of shape {TensorShape(indices.shape)} "
            f"do not fit a tensor of shape {TensorShape(target.shape)}."
        )
    depth = indices.shape[-1]
    sizes, rest = target.shape[:depth], target.shape[depth:]
    if updates.shape != indices.shape[:-1] + rest:
        raise ValueError
    rows, inside = rows_of(indices, sizes, what, ignore)
    table = target.reshape(math.prod(sizes), *rest)
    values = updates.reshape(rows.size, *rest)
    if ignore and not inside.all():
        rows, values = rows[inside], values[inside]
    if how is None:
        table[rows] = values
    else:
        accumulate(how, table, rows, values)
    return target


_ADD = {"b": np.logical_or}


@KERNELS.add(ops.SCATTER_ND)
def scatter_nd(indices: Any, updates: Any, shape: Any, *, bad_indices_policy: str) -> Any:
    """Updates added to zeros."""
    sizes = shape.tolist()
    if min(sizes, default=0) < 0:
        raise SpecError(f"ScatterNd: sizes must not be negative, got {sizes}.")
    add = _ADD.get(updates.dtype.kind, np.add)
    return scatter(blank(sizes, updates), indices, updates, add, "ScatterNd", _ignores(bad_indices_policy))


@KERNELS.add(ops.TENSOR_SCATTER_UPDATE)
def tensor_scatter_update(tensor: Any, indices: Any, updates: Any, *, bad_indices_policy: str) -> Any:
    """A copy with elements replaced."""
    return scatter(
        np.array(tensor, order="C"), indices, updates, None, "TensorScatterUpdate", _ignores(bad_indices_policy)
    )


def _changed(how: Any, what: str) -> Any:
    def kernel(tensor: Any, indices: Any, updates: Any, *, bad_indices_policy: str) -> Any:
        combine = _ADD.get(tensor.dtype.kind, how) if how is np.add else how
        return scatter(np.array(tensor, order="C"), indices, updates, combine, what, _ignores(bad_indices_policy))

    return kernel


KERNELS.add(ops.TENSOR_SCATTER_ADD, dtypes=NUMBER_KERNELS)(_changed(np.add, "TensorScatterAdd"))
KERNELS.add(ops.SCATTER_ND_NON_ALIASING_ADD)(_changed(np.add, "ScatterNdNonAliasingAdd"))
KERNELS.add(ops.TENSOR_SCATTER_SUB, dtypes=NUMBER_KERNELS)(_changed(np.subtract, "TensorScatterSub"))
KERNELS.add(ops.TENSOR_SCATTER_MIN, dtypes=NUMBER_KERNELS)(_changed(np.minimum, "TensorScatterMin"))
KERNELS.add(ops.TENSOR_SCATTER_MAX, dtypes=NUMBER_KERNELS)(_changed(np.maximum, "TensorScatterMax"))


@KERNELS.add(ops.DYNAMIC_PARTITION)
def dynamic_partition(data: Any, partitions: Any, *, num_partitions: int) -> list[Any]:
    """The slices of each partition, in order."""
    if data.shape[: partitions.ndim] != partitions.shape:
        raise ValueError  # the shape rule explains
    check_indices(partitions, num_partitions, "partitions")
    rows = data.reshape(partitions.size, *data.shape[partitions.ndim :])
    order = np.argsort(partitions.reshape(-1), kind="stable")
    counts = np.bincount(partitions.reshape(-1), minlength=num_partitions)
    parts: list[Any] = np.split(rows[order], np.cumsum(counts)[:-1])
    return parts


@KERNELS.add(ops.DYNAMIC_STITCH, ops.PARALLEL_DYNAMIC_STITCH)
def dynamic_stitch(indices: list[Any], data: list[Any]) -> Any:
    """Slices written to their places, in order."""
    size = max((int(places.max()) + 1 for places in indices if places.size), default=0)
    rest = data[0].shape[indices[0].ndim :]
    result = blank((size, *rest), data[0])
    for number, (places, values) in enumerate(zip(indices, data, strict=True)):
        if values.shape != places.shape + rest:
            raise SpecError(
                f"DynamicStitch: data[{number}] of shape {TensorShape(values.shape)} does not fit indices of shape "
                f"{TensorShape(places.shape)}: expected {TensorShape(places.shape + rest)}."
            )
        if places.size and places.min() < 0:
            raise SpecError(f"DynamicStitch: indices[{number}] is out of range: indices must not be negative.")
        result[places.reshape(-1)] = values.reshape(places.size, *rest)
    return result
