"""Ops that put ragged tensors into variants and take them out: datasets and map functions of saved graphs use them."""

from __future__ import annotations

from flowstone_core.dtypes import DType, variant
from flowstone_core.errors import SpecError
from flowstone_core.op import Op
from flowstone_core.ops.ragged import rows_of
from flowstone_core.spec import Spec

_SPLITS = "Tsplits: {int32, int64} = DT_INT64"


def _infer_to_variant(splits: list[Spec], values: Spec, *, batched_input: bool) -> Spec:
    if not batched_input:
        return Spec((), variant)
    if not splits:
        if values.shape is not None and not values.shape:
            raise SpecError("RaggedTensorToVariant: a batch must have at least 1 dimension.")
        return Spec((None if values.shape is None else values.shape[0],), variant)
    return Spec((rows_of(splits[0], "RaggedTensorToVariant"),), variant)


RAGGED_TENSOR_TO_VARIANT = Op(
    "RaggedTensorToVariant",
    ("rt_nested_splits: RAGGED_RANK * Tsplits", "rt_dense_values: Tvalues"),
    ("encoded_ragged: variant",),
    ("RAGGED_RANK: int >= 0", "Tvalues: type", _SPLITS, "batched_input: bool"),
    infer=_infer_to_variant,
)


def _infer_from_variant(
    encoded: Spec, *, input_ragged_rank: int, output_ragged_rank: int, Tvalues: DType, Tsplits: DType
) -> tuple[list[Spec], Spec]:
    rank = None if encoded.shape is None else len(encoded.shape)
    if rank is not None and input_ragged_rank >= 0 and output_ragged_rank != input_ragged_rank + rank:
        raise SpecError(
            f"RaggedTensorFromVariant: the result has ragged rank {input_ragged_rank + rank} for variants of ragged "
            f"rank {input_ragged_rank} in a tensor of rank {rank}, not {output_ragged_rank}."
        )
    splits = [Spec((None,), Tsplits) for _ in range(output_ragged_rank)]
    if splits and encoded.shape and encoded.shape[0] is not None:
        splits[0] = Spec((encoded.shape[0] + 1,), Tsplits)
    return splits, Spec(None, Tvalues)


RAGGED_TENSOR_FROM_VARIANT = Op(
    "RaggedTensorFromVariant",
    ("encoded_ragged: variant",),
    ("output_nested_splits: output_ragged_rank * Tsplits", "output_dense_values: Tvalues"),
    ("input_ragged_rank: int >= -1", "output_ragged_rank: int >= 0", "Tvalues: type", _SPLITS),
    infer=_infer_from_variant,
)


def _infer_gradient(grad: Spec, splits: Spec, shape: Spec, *, Tvalues: DType) -> Spec:
    known = shape.vector()
    return Spec(None if known is None else known, Tvalues)


RAGGED_TENSOR_TO_VARIANT_GRADIENT = Op(
    "RaggedTensorToVariantGradient",
    ("encoded_ragged_grad: variant", "row_splits: Tsplits", "dense_values_shape: int32"),
    ("dense_values_grad: Tvalues",),
    ("Tvalues: type", _SPLITS),
    infer=_infer_gradient,
)
