"""Batching of ``flowstone_core.ops.linalg``: products of stacks of matrices."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import linalg as ops
from flowstone_core.ops.array import reshape, transpose
from flowstone_core.ops.linalg import matmul
from flowstone_core.tensor import Tensor

from flowstone_autodiff.batch_registry import BatchCall, batch, rowwise
from flowstone_autodiff.static import sizes

rowwise(ops.CROSS, data=2)


@batch(ops.MATMUL)
def product(call: BatchCall) -> Any:
    """One product of stacked rows if the left matrix alone differs, else a stack of products."""
    a, b = call.inputs
    if call.only(0) and not call.attrs["transpose_a"]:
        count, rows, inner = sizes(a)
        flat = ops.MATMUL(reshape(a, [_times(count, rows), inner]), b, transpose_b=call.attrs["transpose_b"])
        return reshape(flat, [count, rows, sizes(flat)[1]])
    if call.attrs["transpose_a"]:
        a = _turned(a)
    if call.attrs["transpose_b"]:
        b = _turned(b)
    return matmul(a, b)


def _times(count: Any, rows: Any) -> Any:
    return count * rows


def _turned(x: Tensor) -> Any:
    rank = len(sizes(x))
    return transpose(x, [*range(rank - 2), rank - 1, rank - 2])


@batch(ops.BATCH_MATMUL, ops.BATCH_MATMUL_V2, ops.BATCH_MATMUL_V3)
def batch_product(call: BatchCall) -> Any:
    """Leading dimensions broadcast."""
    rank = max(call.rank(0), call.rank(1))
    operands = [call.aligned(index, rank) for index in range(2)]
    op = ops.BATCH_MATMUL_V2 if call.op is ops.BATCH_MATMUL else call.op
    return op(*operands, **call.attrs)
