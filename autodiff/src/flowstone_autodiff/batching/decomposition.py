"""Batching of ``flowstone_core.ops.decomposition``: stacks of matrices."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import decomposition as ops

from flowstone_autodiff.batch_registry import BatchCall, Same, batch, rowwise

rowwise(
    ops.CHOLESKY,
    ops.LOG_MATRIX_DETERMINANT,
    ops.LU,
    ops.MATRIX_DETERMINANT,
    ops.MATRIX_EXPONENTIAL,
    ops.MATRIX_INVERSE,
    ops.MATRIX_LOGARITHM,
    ops.MATRIX_SQUARE_ROOT,
)
rowwise(ops.CHOLESKY_GRAD, ops.MATRIX_SOLVE, ops.MATRIX_SOLVE_LS, data=2)


@batch(ops.MATRIX_TRIANGULAR_SOLVE)
def triangular_solve(call: BatchCall) -> Any:
    """Leading dimensions broadcast."""
    rank = max(call.rank(0), call.rank(1))
    return ops.MATRIX_TRIANGULAR_SOLVE(call.aligned(0, rank), call.aligned(1, rank), **call.attrs)


@batch(ops.EIG, ops.SELF_ADJOINT_EIG, ops.SVD)
def decomposed(call: BatchCall) -> Any:
    """Outputs that are left out are the same for all elements."""
    wanted = call.attrs.get("compute_v", call.attrs.get("compute_uv"))
    first, *others = call.op(call.inputs[0], **call.attrs)
    return (first, *(others if wanted else map(Same, others)))
