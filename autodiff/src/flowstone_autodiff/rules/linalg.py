"""Gradients of ``flowstone_core.ops.linalg``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import linalg as ops
from flowstone_core.ops.cast import cast
from flowstone_core.ops.linalg import cross, matmul
from flowstone_core.tensor import Tensor

from flowstone_autodiff.broadcasting import unbroadcast
from flowstone_autodiff.conjugate import conj
from flowstone_autodiff.registry import Call, gradient

Pair = tuple[Any, Any]


@gradient(ops.MATMUL, ops.SPARSE_MATMUL)
def matmul_gradient(call: Call, dy: Tensor) -> Pair:
    """``op(a) op(b)``: each operand's gradient is ``dy`` times the other."""
    a, b = conj(call.inputs[0]), conj(call.inputs[1])
    if a.dtype is not dy.dtype:  # sparse products of bfloat16 are float32
        a = cast(a, dy.dtype)
    if b.dtype is not dy.dtype:
        b = cast(b, dy.dtype)
    by_a = by_b = None
    match call.attrs["transpose_a"], call.attrs["transpose_b"]:
        case False, False:
            by_a = matmul(dy, b, transpose_b=True) if call.wants(0) else None
            by_b = matmul(a, dy, transpose_a=True) if call.wants(1) else None
        case True, False:
            by_a = matmul(b, dy, transpose_b=True) if call.wants(0) else None
            by_b = matmul(a, dy) if call.wants(1) else None
        case False, True:
            by_a = matmul(dy, b) if call.wants(0) else None
            by_b = matmul(dy, a, transpose_a=True) if call.wants(1) else None
        case _:
            by_a = matmul(b, dy, transpose_a=True, transpose_b=True) if call.wants(0) else None
            by_b = matmul(dy, a, transpose_a=True, transpose_b=True) if call.wants(1) else None
    return _typed(by_a, call.inputs[0]), _typed(by_b, call.inputs[1])


@gradient(ops.BATCH_MATMUL, ops.BATCH_MATMUL_V2, ops.BATCH_MATMUL_V3)
def batch_matmul_gradient(call: Call, dz: Tensor) -> Pair:
    """``op(x) op(y)``, matrix by matrix: each operand's gradient is ``dz`` times the other."""
    x, y = call.inputs
    left, right = _typed(x, dz), _typed(y, dz)
    by_x = by_y = None
    match call.attrs["adj_x"], call.attrs["adj_y"]:
        case False, False:
            by_x = matmul(dz, right, adjoint_b=True) if call.wants(0) else None
            by_y = matmul(left, dz, adjoint_a=True) if call.wants(1) else None
        case True, False:
            by_x = matmul(right, dz, adjoint_b=True) if call.wants(0) else None
            by_y = matmul(left, dz) if call.wants(1) else None
        case False, True:
            by_x = matmul(dz, right) if call.wants(0) else None
            by_y = matmul(dz, left, adjoint_a=True) if call.wants(1) else None
        case _:
            by_x = matmul(right, dz, adjoint_a=True, adjoint_b=True) if call.wants(0) else None
            by_y = matmul(dz, left, adjoint_a=True, adjoint_b=True) if call.wants(1) else None
    return (
        None if by_x is None else unbroadcast(_typed(by_x, x), x),
        None if by_y is None else unbroadcast(_typed(by_y, y), y),
    )


def _typed(value: Any, like: Tensor) -> Any:
    return value if value is None or value.dtype is like.dtype else cast(value, like.dtype)


@gradient(ops.CROSS)
def cross_gradient(call: Call, dy: Tensor) -> Pair:
    """``a × b``: ``b × dy`` and ``dy × a``."""
    a, b = call.inputs
    return cross(b, dy), cross(dy, a)
