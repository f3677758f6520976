"""Numpy kernels of ``flowstone_core.ops.sparse_serialization``: a variant holds one of the three arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowstone_core.dtypes import DType, string
from flowstone_core.errors import SpecError, UnimplementedError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.coordinates import check_inside, check_parts
from flowstone_core.ops import sparse_serialization as ops
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()


def _variants(rows: Sequence[tuple[Any, Any, Any]]) -> Any:
    """Rows of three arrays as a matrix of objects."""
    held = np.empty((len(rows), 3), object)
    for row, parts in enumerate(rows):
        for column, part in enumerate(parts):
            held[row, column] = part
    return held


def _check_form(dtype: DType) -> None:
    if dtype is string:
        raise UnimplementedError(
            None,
            None,
            "Sparse tensors are serialized as variants only. Serialize indices, values and shape one by one.",
        )


@KERNELS.add(ops.SERIALIZE_SPARSE)
def serialize_sparse(sparse_indices: Any, sparse_values: Any, sparse_shape: Any, *, out_type: DType) -> Any:
    """The three arrays."""
    _check_form(out_type)
    check_parts(sparse_indices, sparse_values, sparse_shape)
    return _variants([(sparse_indices, sparse_values, sparse_shape)])[0]


@KERNELS.add(ops.SERIALIZE_MANY_SPARSE)
def serialize_many_sparse(sparse_indices: Any, sparse_values: Any, sparse_shape: Any, *, out_type: DType) -> Any:
    """The arrays of each slice along the first dimension."""
    _check_form(out_type)
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
    return _variants([(each, own, inner) for each, own in cut])


@KERNELS.add(ops.DESERIALIZE_SPARSE)
def deserialize_sparse(serialized_sparse: Any, *, dtype: DType) -> tuple[Any, Any, Any]:
    """The arrays; those of several one after the other, with their place in front of the coordinates."""
    if serialized_sparse.dtype != object or not serialized_sparse.ndim or serialized_sparse.shape[-1] != 3:
        raise SpecError(
            f"DeserializeSparse takes three variants for each tensor, got shape {TensorShape(serialized_sparse.shape)}."
        )
    outer = serialized_sparse.shape[:-1]
    rows = [tuple(row) for row in serialized_sparse.reshape(-1, 3)]
    if not rows or any(not isinstance(part, np.ndarray) for row in rows for part in row):
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
