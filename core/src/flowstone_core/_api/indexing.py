"""Slices, gather, scatter, partition, masks."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = (
    public("flowstone_core.ops.indexing", {"slice": ".", "strided_slice": "."})
    | public(
        "flowstone_core.ops.gathering",
        {
            "gather": ".",
            "gather_nd": ".",
            "scatter_nd": ".",
            "tensor_scatter_nd_update": ".",
            "tensor_scatter_nd_add": ".",
            "tensor_scatter_nd_sub": ".",
            "tensor_scatter_nd_min": ".",
            "tensor_scatter_nd_max": ".",
            "dynamic_partition": ".",
            "dynamic_stitch": ".",
        },
    )
    | public("flowstone_core.ops.subscript", {"newaxis": "."})
    | public("flowstone_core.ops.selection", {"where": ".", "boolean_mask": "."})
)
