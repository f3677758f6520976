"""Numpy kernels of ``flowstone_core.ops.sparse_serialization``: a variant or message holds one of the three arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType, string
from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.coordinates import check_inside, check_parts
from flowstone_core.ops import sparse_serialization as ops
from flowstone_core.services import TENSOR_MESSAGES, get_service
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()


def _written(rows: Sequence[tuple[Any, Any, Any]], form: DType) -> Any:
    """Rows of three arrays as a matrix: of variants that hold them, or of messages."""
    write = get_service(TENSOR_MESSAGES).write if form is string else lambda part: part
    held = np.empty((len(rows), 3), object)
    for row, parts in enumerate(rows):
        for column, part in enumerate(parts):
            held[row, column] = write(part)
    return held


def _read(row: Any) -> tuple[Any, Any, Any]:
    """The three arrays of a row."""
    if any(isinstance(part, bytes) for part in row):
        read = get_service(TENSOR_MESSAGES).read
        row = [read(part) if isinstance(part, bytes) else part for part in row]
    indices, values, shape = row
    if not all(isinstance(part, np.ndarray) for part in row):
        raise SpecError("DeserializeSparse got no serialized sparse tensors.")
    whole = indices.dtype == np.int64 and shape.dtype == np.int64
    if not whole or (indices.ndim, values.ndim, shape.ndim) != (2, 1, 1) or indices.shape != (values.size, shape.size):
        raise SpecError(
            "DeserializeSparse got tensors that are no parts of a sparse tensor: coordinates, values, shape."
        )
    return indices, values, shape


@KERNELS.add(ops.SERIALIZE_SPARSE)
def serialize_sparse(sparse_indices: Any, sparse_values: Any, sparse_shape: Any, *, out_type: DType) -> Any:
    """The three arrays."""
    check_parts(sparse_indices, sparse_values, sparse_shape)
    return _written([(sparse_indices, sparse_values, sparse_shape)], out_type)[0]


@KERNELS.add(ops.SERIALIZE_MANY_SPARSE)
def serialize_many_sparse(sparse_indices: Any, sparse_values: Any, sparse_shape: Any, *, out_type: DType) -> Any:
    """The arrays of each slice along the first dimension."""
    check_parts(sparse_indices, sparse_values, sparse_shape)
    if not sparse_shape.size:
        raise SpecError("SerializeManySparse takes sparse tensors of at least 1 dimension.")
    first = sparse_indices[:, 0]
    check_inside(first[:, None], sparse_shape[:1])
    order = np.argsort(first, kind="stable")
    places, values = sparse_indices[order, 1:], sparse_values[order]
    ends = np.cumsum(np.bincount(first, minlength=int(sparse_shape[0])))[:-1]
    inner = sparse_shape[1:]
    cut = zip(np.split(places, ends), np.split(values, ends), strict=True) if sparse_shape[0] else ()
    return _written([(each, own, inner) for each, own in cut], out_type)


@KERNELS.add(ops.DESERIALIZE_SPARSE)
def deserialize_sparse(serialized_sparse: Any, *, dtype: DType) -> tuple[Any, Any, Any]:
    """The arrays; those of several one after the other, with their place in front of the coordinates."""
    if serialized_sparse.dtype != object or not serialized_sparse.ndim or serialized_sparse.shape[-1] != 3:
        raise SpecError(
            f"DeserializeSparse takes three entries for each tensor, got shape {TensorShape(serialized_sparse.shape)}."
        )
    outer = serialized_sparse.shape[:-1]
    rows = [_read(row) for row in serialized_sparse.reshape(-1, 3)]
    if not rows:
        raise SpecError("DeserializeSparse got no serialized sparse tensors.")
    if len({row[2].size for row in rows}) > 1 or any(row[1].dtype != dtype.numpy_dtype for row in rows):
        raise SpecError(f"DeserializeSparse takes tensors of one rank and of type {dtype.name}.")
    if not outer:
        return rows[0]
    places = np.stack(np.unravel_index(np.arange(len(rows)), outer), 1).astype(np.int64)
    front = np.repeat(places, [len(row[0]) for row in rows], axis=0)
    indices = np.concatenate([front, np.concatenate([row[0] for row in rows])], 1)
    longest = np.max([row[2] for row in rows], 0)
    return indices, np.concatenate([row[1] for row in rows]), np.concatenate([outer, longest]).astype(np.int64)


@KERNELS.add(ops.DESERIALIZE_MANY_SPARSE)
def deserialize_many_sparse(serialized_sparse: Any, *, dtype: DType) -> tuple[Any, Any, Any]:
    """The arrays of several, one after the other."""
    if serialized_sparse.ndim != 2:
        raise SpecError(f"DeserializeManySparse takes rows of three strings, got shape {serialized_sparse.shape}.")
    return deserialize_sparse(serialized_sparse, dtype=dtype)
