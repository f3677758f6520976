"""Ragged tensors."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = (
    public("flowstone_core.ops.ragged_filling", {"ragged_fill_empty_rows": ".", "ragged_fill_empty_rows_grad": "."})
    | public("flowstone_core.ragged.tensor", {"RaggedTensor": ".", "RaggedTensorSpec": "."})
    | public("flowstone_core.ragged.row_partition", {"RowPartition": "experimental.RowPartition"})
    | public("flowstone_core.ragged.dynamic_shape", {"DynamicRaggedShape": "experimental.DynamicRaggedShape"})
    | public("flowstone_core.ragged.joining", {"stack": "ragged.stack"})
    | public(
        "flowstone_core.ragged.functions",
        {
            name: f"ragged.{name}"
            for name in (
                "boolean_mask",
                "cross",
                "cross_hashed",
                "map_flat_values",
                "row_splits_to_segment_ids",
                "segment_ids_to_row_splits",
                "stack_dynamic_partitions",
            )
        },
    )
    | public("flowstone_core.ragged.factory", {"constant": "ragged.constant", "range": "ragged.range"})
)
