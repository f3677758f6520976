"""Ops on the parts of ragged tensors: row splits and flat values. ``tf.ragged`` and ``tf.RaggedTensor`` are made of them.

Row splits of n rows are n + 1 increasing numbers: row i is ``values[splits[i]:splits[i + 1]]``.
"""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.dtypes import DType, int64
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.shapes import Dims, TensorShape
from flowstone_core.spec import Spec

_SPLITS = "Tsplits: {int32, int64} = DT_INT64"
_KEYS = "list({int64, string}) >= 0"


def rows_of(splits: Spec, what: str) -> int | None:
    """How many rows splits make."""
    (count,) = infer.with_rank(splits, 1, f"{what}: row splits")
    if count == 0:
        raise SpecError(f"{what}: row splits have at least one element.")
    return None if count is None else count - 1


def _inner(values: Spec, what: str) -> Dims:
    if values.shape is None:
        return None
    if not values.shape:
        raise SpecError(f"{what}: values must have at least 1 dimension.")
    return values.shape[1:]


def _infer_range(starts: Spec, limits: Spec, deltas: Spec, *, Tsplits: DType) -> tuple[Spec, Spec]:
    count: int | None = 1
    vectors = [spec for spec in (starts, limits, deltas) if spec.shape is None or spec.shape]
    for spec in vectors:
        infer.with_rank(spec, 1, "RaggedRange: starts, limits and deltas")
    if vectors:
        shape = infer.same_shape(*vectors)
        count = shape[0] if shape is not None else None
    if any(spec.shape is None for spec in vectors) and not any(spec.shape for spec in vectors):
        count = None
    return Spec((None if count is None else count + 1,), Tsplits), Spec((None,), starts.dtype)


RAGGED_RANGE = Op(
    "RaggedRange",
    ("starts: T", "limits: T", "deltas: T"),
    ("rt_nested_splits: Tsplits", "rt_dense_values: T"),
    ("T: {bfloat16, float, double, int32, int64} = DT_INT32", _SPLITS),
    infer=_infer_range,
)


def _infer_gather(
    splits: list[Spec], values: Spec, indices: Spec, *, OUTPUT_RAGGED_RANK: int
) -> tuple[list[Spec], Spec]:
    for each in splits:
        rows_of(each, "RaggedGather")
    if indices.shape is not None and len(indices.shape) + len(splits) - 1 != OUTPUT_RAGGED_RANK:
        raise SpecError(
            f"RaggedGather: the result has ragged rank {len(indices.shape) + len(splits) - 1} for indices of rank "
            f"{len(indices.shape)} and params of ragged rank {len(splits)}, not {OUTPUT_RAGGED_RANK}."
        )
    inner = _inner(values, "RaggedGather")
    first = indices.shape[0] if indices.shape else None
    found = [Spec((None,), splits[0].dtype) for _ in range(OUTPUT_RAGGED_RANK)]
    if found and first is not None:
        found[0] = Spec((first + 1,), splits[0].dtype)
    return found, Spec(None if inner is None else (None, *inner), values.dtype)


RAGGED_GATHER = Op(
    "RaggedGather",
    ("params_nested_splits: PARAMS_RAGGED_RANK * Tsplits", "params_dense_values: Tvalues", "indices: Tindices"),
    ("output_nested_splits: OUTPUT_RAGGED_RANK * Tsplits", "output_dense_values: Tvalues"),
    (
        "Tvalues: type",
        "Tindices: {int32, int64}",
        _SPLITS,
        "PARAMS_RAGGED_RANK: int >= 1",
        "OUTPUT_RAGGED_RANK: int >= 0",
    ),
    infer=_infer_gather,
)

ROW_SPLITS, VALUE_ROWIDS, FIRST_DIM_SIZE = "ROW_SPLITS", "VALUE_ROWIDS", "FIRST_DIM_SIZE"


def _infer_to_tensor(
    shape: Spec, values: Spec, default_value: Spec, partitions: list[Spec], *, row_partition_types: tuple[str, ...]
) -> Spec:
    ragged_rank = sum(kind != FIRST_DIM_SIZE for kind in row_partition_types)
    if len(partitions) != len(row_partition_types):
        raise SpecError(
            f"RaggedTensorToTensor: {len(partitions)} row partitions, but {len(row_partition_types)} types of them."
        )
    inner = _inner(values, "RaggedTensorToTensor")
    wanted = shape.vector() if shape.shape is None or shape.shape else None
    asked = None if wanted is None else tuple(None if size in (-1, None) else size for size in wanted)
    if inner is None:
        return Spec(asked, values.dtype)
    if default_value.shape is not None:
        own = default_value.shape
        fits = zip(reversed(own), reversed(inner), strict=False)
        if len(own) > len(inner) or any(None not in (a, b) and a not in (1, b) for a, b in fits):
            raise SpecError(
                f"RaggedTensorToTensor: default_value of shape {TensorShape(own)} must broadcast to the shape of one "
                f"of the values, {TensorShape(inner)}."
            )
    sizes: list[int | None] = [None] * (ragged_rank + 1)
    if row_partition_types[0] == ROW_SPLITS:
        sizes[0] = rows_of(partitions[0], "RaggedTensorToTensor")
    elif row_partition_types[0] == FIRST_DIM_SIZE:
        sizes[0] = partitions[0].scalar()
    if asked is None:
        return Spec((*sizes, *inner), values.dtype)
    if len(asked) != ragged_rank + 1 + len(inner):
        raise SpecError(
            f"RaggedTensorToTensor: shape has {len(asked)} sizes for a tensor of rank {ragged_rank + 1 + len(inner)}."
        )
    merged = [mine if size is None else size for mine, size in zip((*sizes, *inner), asked, strict=True)]
    return Spec(tuple(merged), values.dtype)


RAGGED_TENSOR_TO_TENSOR = Op(
    "RaggedTensorToTensor",
    (
        "shape: Tshape",
        "values: T",
        "default_value: T",
        "row_partition_tensors: num_row_partition_tensors * Tindex",
    ),
    ("result: T",),
    (
        "T: type",
        "Tindex: {int64, int32}",
        "Tshape: {int64, int32}",
        "num_row_partition_tensors: int >= 1",
        "row_partition_types: list(string)",
    ),
    infer=_infer_to_tensor,
)


def _infer_to_sparse(splits: list[Spec], values: Spec) -> tuple[Spec, Spec, Spec]:
    for each in splits:
        rows_of(each, "RaggedTensorToSparse")
    inner = _inner(values, "RaggedTensorToSparse")
    rank = None if inner is None else len(splits) + 1 + len(inner)
    count = None if values.shape is None else infer.product(values.shape)
    return Spec((count, rank), int64), Spec((count,), values.dtype), Spec((rank,), int64)


RAGGED_TENSOR_TO_SPARSE = Op(
    "RaggedTensorToSparse",
    ("rt_nested_splits: RAGGED_RANK * Tsplits", "rt_dense_values: T"),
    ("sparse_indices: int64", "sparse_values: T", "sparse_dense_shape: int64"),
    ("RAGGED_RANK: int >= 1", "T: type", _SPLITS),
    infer=_infer_to_sparse,
)


def _infer_cross(
    values: list[Spec],
    splits: list[Spec],
    sparse_indices: list[Spec],
    sparse_values: list[Spec],
    sparse_shape: list[Spec],
    dense: list[Spec],
    *,
    out_values_type: DType,
    out_row_splits_type: DType,
    **attrs: Any,
) -> tuple[Spec, Spec]:
    rows: int | None = None
    for spec in splits:
        rows = rows_of(spec, "RaggedCross") if rows is None else rows
    for spec in dense:
        size = infer.with_rank(spec, 2, "RaggedCross: dense inputs")[0]
        rows = size if rows is None else rows
    return Spec((None,), out_values_type), Spec((None if rows is None else rows + 1,), out_row_splits_type)


RAGGED_CROSS = Op(
    "RaggedCross",
    (
        "ragged_values: ragged_values_types",
        "ragged_row_splits: ragged_splits_types",
        "sparse_indices: Nsparse * int64",
        "sparse_values: sparse_values_types",
        "sparse_shape: Nsparse * int64",
        "dense_inputs: dense_types",
    ),
    ("output_values: out_values_type", "output_row_splits: out_row_splits_type"),
    (
        "Nsparse: int >= 0",
        "input_order: string",
        "hashed_output: bool",
        "num_buckets: int >= 0",
        "hash_key: int",
        f"ragged_values_types: {_KEYS}",
        "ragged_splits_types: list({int32, int64}) >= 0",
        f"sparse_values_types: {_KEYS}",
        f"dense_types: {_KEYS}",
        "out_values_type: {int64, string}",
        "out_row_splits_type: {int32, int64}",
    ),
    infer=_infer_cross,
)


def _infer_bincount(splits: Spec, values: Spec, size: Spec, weights: Spec, *, binary_output: bool) -> Spec:
    rows = rows_of(splits, "RaggedBincount")
    infer.with_rank(size, 0, "RaggedBincount: size")
    count = size.scalar()
    if count is not None and count < 0:
        raise SpecError(f"RaggedBincount: size must not be negative, got {count}.")
    return Spec((rows, count), weights.dtype)


RAGGED_BINCOUNT = Op(
    "RaggedBincount",
    ("splits: int64", "values: Tidx", "size: Tidx", "weights: T"),
    ("output: T",),
    ("Tidx: {int32, int64}", "T: {int32, int64, float, double}", "binary_output: bool = false"),
    infer=_infer_bincount,
)
