"""Gradients of ``flowstone_core.ops.sparse_math``: those of the values and of dense operands."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import sparse_math as ops
from flowstone_core.ops.array import reshape, size
from flowstone_core.ops.compare import equal
from flowstone_core.ops.filling import ones_like, zeros_like
from flowstone_core.ops.filling import range as counted
from flowstone_core.ops.gathering import gather, gather_nd
from flowstone_core.ops.linalg import matrix_transpose
from flowstone_core.ops.math import add, floormod, multiply, negative
from flowstone_core.ops.reduce import reduce_any, reduce_sum
from flowstone_core.ops.selection import where
from flowstone_core.ops.sparse_cwise import SPARSE_DENSE_CWISE_ADD
from flowstone_core.tensor import Tensor

from flowstone_autodiff.conjugate import conj
from flowstone_autodiff.registry import AS_IN_TENSORFLOW, Call, gradient, undefined

undefined(
    ops.SPARSE_REDUCE_MAX,
    ops.SPARSE_REDUCE_MAX_SPARSE,
    ops.SPARSE_REDUCE_SUM_SPARSE,
    because=AS_IN_TENSORFLOW,
)


@gradient(ops.SPARSE_ADD)
def sparse_add_gradient(call: Call, d_indices: Any, d_values: Tensor, d_shape: Any) -> tuple[Any, ...]:
    """Each operand's elements get the gradient of the sum at their coordinates."""
    a, b = ops.SPARSE_ADD_GRAD(d_values, call.inputs[0], call.inputs[3], call.outputs[0])
    return None, a, None, None, b, None, None


@gradient(ops.SPARSE_ADD_GRAD)
def sparse_add_grad_gradient(call: Call, d_a: Tensor, d_b: Tensor) -> tuple[Any, None, None, None]:
    """The sum gets what both operands' elements at its coordinates get."""
    _, a, b, total = call.inputs
    from_a, _ = ops.SPARSE_ADD_GRAD(d_a, total, total, a)
    from_b, _ = ops.SPARSE_ADD_GRAD(d_b, total, total, b)
    return add(from_a, from_b), None, None, None


@gradient(ops.SPARSE_TENSOR_DENSE_ADD)
def sparse_tensor_dense_add_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """The elements get the gradient at their coordinates, the dense operand all of it."""
    return None, gather_nd(dy, call.inputs[0]), None, dy


@gradient(ops.SPARSE_SPARSE_MAXIMUM, ops.SPARSE_SPARSE_MINIMUM)
def refuse(call: Call, *gradients: Any) -> tuple[Any, ...]:
    """TensorFlow has none.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError(
        f"There is no gradient of {call.op.name}, as in TensorFlow. Take tf.maximum of tf.sparse.to_dense of the operands."
    )


@gradient(ops.SPARSE_TENSOR_DENSE_MATMUL)
def sparse_tensor_dense_matmul_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """``dy bᴴ`` at the coordinates of the elements, and ``aᴴ dy``."""
    indices, values, dense_shape, b = call.inputs
    adjoint_a, adjoint_b = call.attrs["adjoint_a"], call.attrs["adjoint_b"]
    first, second = indices[:, 0], indices[:, 1]
    rows, columns = (second, first) if adjoint_a else (first, second)
    right = gather(b, columns, axis=1 if adjoint_b else 0)
    right = matrix_transpose(right) if adjoint_b else conj(right)
    d_values = reduce_sum(multiply(gather(dy, rows), right), 1)
    d_b = ops.SPARSE_TENSOR_DENSE_MATMUL(indices, values, dense_shape, dy, adjoint_a=not adjoint_a)
    return (
        None,
        conj(d_values) if adjoint_a else d_values,
        None,
        conj(matrix_transpose(d_b)) if adjoint_b else d_b,
    )


@gradient(ops.SPARSE_REDUCE_SUM)
def sparse_reduce_sum_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """Each element gets the gradient of the sum that it went into."""
    indices, _, dense_shape, axes = call.inputs
    rank = size(dense_shape)
    gone = reduce_any(equal(reshape(floormod(axes, rank), [-1, 1]), counted(rank)), 0)
    kept = reshape(dy, where(gone, ones_like(dense_shape), dense_shape))
    return None, gather_nd(kept, where(gone, zeros_like(indices), indices)), None, None


@gradient(ops.SPARSE_SOFTMAX)
def sparse_softmax_gradient(call: Call, dy: Tensor) -> tuple[Any, ...]:
    """``y (dy - Σ dy y)``, the sum over each row."""
    indices, _, dense_shape = call.inputs
    y = call.output
    total = ops.SPARSE_REDUCE_SUM(indices, multiply(dy, y), dense_shape, [-1], keep_dims=True)
    return None, multiply(SPARSE_DENSE_CWISE_ADD(indices, dy, dense_shape, negative(total)), y), None
