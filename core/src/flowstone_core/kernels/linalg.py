"""Numpy kernels of ``flowstone_core.ops.linalg``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import FailedPreconditionError, SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.ops import linalg as ops

KERNELS = KernelSet()


@add_with_narrow(KERNELS, ops.MATMUL)
def matmul(a: Any, b: Any, *, transpose_a: bool, transpose_b: bool, grad_a: bool, grad_b: bool) -> Any:
    """The product of two matrices."""
    if a.ndim != 2 or b.ndim != 2:
        raise ValueError("operands must be matrices")
    return np.matmul(a.T if transpose_a else a, b.T if transpose_b else b)


@KERNELS.add(ops.SPARSE_MATMUL)
def sparse_matmul(a: Any, b: Any, *, transpose_a: bool, transpose_b: bool, a_is_sparse: bool, b_is_sparse: bool) -> Any:
    """The product in float32; sparseness is but a hint."""
    a, b = a.astype(np.float32, copy=False), b.astype(np.float32, copy=False)
    return matmul(a, b, transpose_a=transpose_a, transpose_b=transpose_b, grad_a=False, grad_b=False)


def stacked_product(x: Any, y: Any) -> Any:
    """``x @ y`` over stacks; a stack times one matrix is one large product."""
    if y.ndim == 2 and x.ndim > 2 and x.flags.c_contiguous and x.shape[-1] == y.shape[0]:
        rows = x.reshape(-1, x.shape[-1]) if x.size else x.reshape(int(np.prod(x.shape[:-1])), x.shape[-1])
        return np.matmul(rows, y).reshape(*x.shape[:-1], y.shape[-1])
    return np.matmul(x, y)


def _adjoint(x: Any) -> Any:
    return np.conj(np.swapaxes(x, -1, -2)) if x.dtype.kind == "c" else np.swapaxes(x, -1, -2)


@add_with_narrow(KERNELS, ops.BATCH_MATMUL, ops.BATCH_MATMUL_V2)
def batch_matmul(x: Any, y: Any, *, adj_x: bool, adj_y: bool, grad_x: bool, grad_y: bool) -> Any:
    """Products along the leading dimensions, which broadcast."""
    if x.ndim < 2 or y.ndim < 2:
        raise ValueError("operands must have at least two dimensions")
    return stacked_product(_adjoint(x) if adj_x else x, _adjoint(y) if adj_y else y)


@KERNELS.add(ops.BATCH_MATMUL_V3)
def batch_matmul_v3(x: Any, y: Any, *, Tout: DType, adj_x: bool, adj_y: bool, grad_x: bool, grad_y: bool) -> Any:
    """Products accumulated in the type of the result (float32 for 16-bit floats)."""
    target = Tout.numpy_dtype
    inner = np.dtype(np.float32) if Tout.is_floating and Tout.size == 2 else target
    x, y = x.astype(inner, copy=False), y.astype(inner, copy=False)
    product = batch_matmul(x, y, adj_x=adj_x, adj_y=adj_y, grad_x=grad_x, grad_y=grad_y)
    return product.astype(target, copy=False)


@KERNELS.add(ops.CROSS)
def cross(a: Any, b: Any) -> Any:
    """The cross product along the last dimension."""
    if a.shape != b.shape:
        raise SpecError(f"The cross product takes two tensors of one shape, got {a.shape} and {b.shape}.")
    if a.shape[-1:] != (3,):
        raise FailedPreconditionError(
            None, None, f"The cross product takes vectors of 3 elements, got shape {a.shape}."
        )
    i, j = [1, 2, 0], [2, 0, 1]
    return a[..., i] * b[..., j] - a[..., j] * b[..., i]
