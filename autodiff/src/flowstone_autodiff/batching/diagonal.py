"""Batching of ``flowstone_core.ops.diagonal``: stacks of matrices."""

from __future__ import annotations

from flowstone_core.ops import diagonal as ops

from flowstone_autodiff.batch_registry import rowwise

rowwise(
    ops.MATRIX_BAND_PART,
    ops.MATRIX_DIAG,
    ops.MATRIX_DIAG_PART,
    ops.MATRIX_DIAG_PART_V2,
    ops.MATRIX_DIAG_PART_V3,
    ops.MATRIX_DIAG_V2,
    ops.MATRIX_DIAG_V3,
)
rowwise(ops.MATRIX_SET_DIAG, ops.MATRIX_SET_DIAG_V2, ops.MATRIX_SET_DIAG_V3, data=2)
