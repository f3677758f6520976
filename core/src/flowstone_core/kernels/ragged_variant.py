"""Kernels of ``flowstone_core.ops.ragged_variant``, on ``RaggedVariant`` objects."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import DType, from_numpy, string
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.indexing import blank
from flowstone_core.kernels.ragged import checked_splits, splits_of
from flowstone_core.ops import ragged_variant as ops
from flowstone_core.ragged_variant import RaggedVariant

KERNELS = KernelSet()


def _type_of(values: Any) -> DType:
    return string if values.dtype == np.object_ else from_numpy(values.dtype)


@KERNELS.add(ops.RAGGED_TENSOR_TO_VARIANT)
def to_variant(splits: list[Any], values: Any, *, batched_input: bool) -> Any:
    """One variant of the whole, or one of each row."""
    dtype = _type_of(values)
    if not batched_input:
        return RaggedVariant(tuple(splits), values, dtype)
    rows = [_row(splits, values, row) for row in range(len(splits[0]) - 1 if splits else len(values))]
    batch = np.empty(len(rows), object)
    batch[:] = [RaggedVariant(inner, part, dtype) for inner, part in rows]
    return batch


def _row(splits: list[Any], values: Any, row: int) -> tuple[tuple[Any, ...], Any]:
    """The splits and values of one row."""
    if not splits:
        return (), values[row]
    first, last = int(splits[0][row]), int(splits[0][row + 1])
    inner = []
    for each in splits[1:]:
        part = each[first : last + 1]
        inner.append(part - part[0])
        first, last = int(part[0]), int(part[-1])
    return tuple(inner), values[first:last]


@KERNELS.add(ops.RAGGED_TENSOR_FROM_VARIANT)
def from_variant(
    encoded: Any, *, input_ragged_rank: int, output_ragged_rank: int, Tvalues: DType, Tsplits: DType
) -> Any:
    """The ragged tensor of a variant, or of a tensor of variants: its dimensions become the outer ones."""
    batch = encoded if isinstance(encoded, np.ndarray) else np.array(encoded, object)
    items = batch.reshape(-1).tolist()
    for item in items:
        _check(item, input_ragged_rank, output_ragged_rank - batch.ndim, Tvalues)
    kind = Tsplits.numpy_dtype
    if not batch.ndim:
        return [each.astype(kind) for each in items[0].splits], items[0].values
    inner_rank = output_ragged_rank - batch.ndim
    splits = [
        np.arange(rows + 1, dtype=kind) * size
        for rows, size in zip(np.cumprod(batch.shape).tolist(), batch.shape[1:], strict=False)
    ]
    parts = [item.splits for item in items]
    sizes = [len(part[0]) - 1 if part else len(item.values) for part, item in zip(parts, items, strict=True)]
    splits.append(splits_of(np.array(sizes, np.int64), kind))
    for level in range(inner_rank):
        lengths = [part[level][1:] - part[level][:-1] for part in parts]
        splits.append(splits_of(np.concatenate([np.zeros(0, np.int64), *lengths]), kind))
    values = [item.values for item in items]
    joined = np.concatenate(values) if values else blank((0,), np.empty(0, Tvalues.numpy_dtype))
    return splits, joined


def _check(item: Any, rank: int, wanted: int, dtype: DType) -> None:
    if not isinstance(item, RaggedVariant):
        raise SpecError(f"RaggedTensorFromVariant: the variant holds a {type(item).__name__}, not a ragged tensor.")
    if item.dtype is not dtype:
        raise SpecError(f"RaggedTensorFromVariant: the variant holds {item.dtype.name}, {dtype.name} was expected.")
    expected = wanted if rank < 0 else rank
    if len(item.splits) != expected or (rank >= 0 and rank != wanted):
        raise SpecError(
            f"RaggedTensorFromVariant: the variant has ragged rank {len(item.splits)}, {expected} was expected."
        )


@KERNELS.add(ops.RAGGED_TENSOR_TO_VARIANT_GRADIENT)
def to_variant_gradient(encoded: Any, row_splits: Any, dense_values_shape: Any, *, Tvalues: DType) -> Any:
    """The gradients of the rows, one after the other."""
    shape = tuple(dense_values_shape.tolist())
    batch = encoded.reshape(-1).tolist() if isinstance(encoded, np.ndarray) else [encoded]
    if row_splits.size:
        checked_splits(row_splits, "RaggedTensorToVariantGradient", shape[0] if shape else None)
    parts = [item.values for item in batch]
    for part in parts:
        if _type_of(part) is not Tvalues:
            raise SpecError(f"RaggedTensorToVariantGradient: a row's gradient is not of type {Tvalues.name}.")
    if not parts:
        return np.zeros(shape, Tvalues.numpy_dtype)
    joined = np.concatenate(parts) if parts[0].ndim and row_splits.size else np.stack(parts)
    return joined.reshape(shape)
