"""Arithmetic of a sparse tensor and a dense one at the sparse one's coordinates: what its operators do."""

from __future__ import annotations

from flowstone_core import infer
from flowstone_core.op import Op
from flowstone_core.spec import Spec
from flowstone_core.typelists import NUMBERS_AND_QUANTIZED


def _infer(sp_indices: Spec, sp_values: Spec, sp_shape: Spec, dense: Spec) -> Spec:
    return Spec(infer.with_rank(sp_indices, 2, "sp_indices")[:1], sp_values.dtype)


def _cwise(name: str) -> Op:
    return Op(
        name,
        ("sp_indices: int64", "sp_values: T", "sp_shape: int64", "dense: T"),
        ("output: T",),
        (NUMBERS_AND_QUANTIZED,),
        infer=_infer,
    )


SPARSE_DENSE_CWISE_ADD = _cwise("SparseDenseCwiseAdd")
SPARSE_DENSE_CWISE_MUL = _cwise("SparseDenseCwiseMul")
SPARSE_DENSE_CWISE_DIV = _cwise("SparseDenseCwiseDiv")
