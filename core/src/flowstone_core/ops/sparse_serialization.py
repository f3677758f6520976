"""Sparse tensors as vectors of three variants, so that datasets can stack and cut them."""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.dtypes import DType, int64
from flowstone_core.op import Op
from flowstone_core.ops.array import ANY
from flowstone_core.spec import Spec

_PARTS = ("sparse_indices: int64", "sparse_values: T", "sparse_shape: int64")
_SERIALIZED = ("serialized_sparse: out_type",)
_ATTRS = (ANY, "out_type: {string, variant} = DT_STRING")


def _infer_one(indices: Spec, values: Spec, shape: Spec, *, out_type: DType) -> Spec:
    infer.with_rank(indices, 2, "SerializeSparse: sparse_indices")
    return Spec((3,), out_type)


def _infer_many(indices: Spec, values: Spec, shape: Spec, *, out_type: DType) -> Spec:
    infer.with_rank(indices, 2, "SerializeManySparse: sparse_indices")
    known = shape.vector()
    return Spec((known[0] if known else None, 3), out_type)


def _infer_back(serialized: Spec, *, dtype: DType) -> tuple[Spec, Spec, Spec]:
    return Spec((None, None), int64), Spec((None,), dtype), Spec((None,), int64)


def _infer_many_back(serialized: Spec, *, dtype: DType) -> tuple[Spec, Spec, Spec]:
    infer.with_rank(serialized, 2, "DeserializeManySparse: serialized_sparse")
    return _infer_back(serialized, dtype=dtype)


SERIALIZE_SPARSE = Op("SerializeSparse", _PARTS, _SERIALIZED, _ATTRS, infer=_infer_one)
SERIALIZE_MANY_SPARSE = Op("SerializeManySparse", _PARTS, _SERIALIZED, _ATTRS, infer=_infer_many)
DESERIALIZE_SPARSE = Op(
    "DeserializeSparse",
    ("serialized_sparse: Tserialized",),
    ("sparse_indices: int64", "sparse_values: dtype", "sparse_shape: int64"),
    ("dtype: type", "Tserialized: {string, variant} = DT_STRING"),
    infer=_infer_back,
)

DESERIALIZE_MANY_SPARSE = Op(
    "DeserializeManySparse",
    ("serialized_sparse: string",),
    ("sparse_indices: int64", "sparse_values: dtype", "sparse_shape: int64"),
    ("dtype: type",),
    infer=_infer_many_back,
)


def deserialized(serialized: Any, dtype: DType) -> tuple[Any, Any, Any]:
    """The parts of a sparse tensor; of one with more dimensions in front for several at once."""
    indices, values, shape = DESERIALIZE_SPARSE(serialized, dtype=dtype)
    return indices, values, shape
