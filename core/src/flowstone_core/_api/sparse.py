"""Sparse tensors."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = (
    public("flowstone_core.ops.sparse_counting", {"sparse_bincount": "sparse.bincount"})
    | public(
        "flowstone_core.ops.sparse_cross",
        {"sparse_cross": "sparse.cross", "sparse_cross_hashed": "sparse.cross_hashed"},
    )
    | public(
        "flowstone_core.ops.sparse_math",
        {
            "sparse_add": "sparse.add",
            "sparse_dense_matmul": "sparse.sparse_dense_matmul",
            "sparse_maximum": "sparse.maximum",
            "sparse_minimum": "sparse.minimum",
            "sparse_reduce_max": "sparse.reduce_max",
            "sparse_reduce_sum": "sparse.reduce_sum",
            "sparse_softmax": "sparse.softmax",
        },
    )
    | public(
        "flowstone_core.ops.sparse",
        {
            "sparse_concat": "sparse.concat",
            "sparse_fill_empty_rows": "sparse.fill_empty_rows",
            "sparse_reorder": "sparse.reorder",
            "sparse_reshape": "sparse.reshape",
            "sparse_slice": "sparse.slice",
            "sparse_split": "sparse.split",
            "sparse_to_dense": "sparse.to_dense",
        },
    )
    | public(
        "flowstone_core.ops.sparse_messages",
        {name: f"io.{name}" for name in ("deserialize_many_sparse", "serialize_many_sparse", "serialize_sparse")},
    )
    | public("flowstone_core.ops.sparse_sampled", {"sampled_addmm": "sparse.sampled_addmm"})
    | public(
        "flowstone_core.ops.sparse_forms",
        {
            "from_dense": "sparse.from_dense",
            "map_values": "sparse.map_values",
            "sparse_expand_dims": "sparse.expand_dims",
            "sparse_eye": "sparse.eye",
            "sparse_mask": "sparse.mask",
            "sparse_reset_shape": "sparse.reset_shape",
            "sparse_retain": "sparse.retain",
            "sparse_to_indicator": "sparse.to_indicator",
            "sparse_transpose": "sparse.transpose",
        },
    )
)
