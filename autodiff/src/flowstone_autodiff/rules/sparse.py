"""Gradients of ``flowstone_core.ops.sparse``: those of the values; coordinates and shapes have none."""

from __future__ import annotations

from typing import Any

from flowstone_core.dtypes import int64
from flowstone_core.ops import sparse as ops
from flowstone_core.ops.array import expand_dims, shape, size
from flowstone_core.ops.compare import greater
from flowstone_core.ops.filling import fill
from flowstone_core.ops.filling import range as counted
from flowstone_core.ops.gathering import gather, gather_nd, tensor_scatter_nd_update
from flowstone_core.ops.math import subtract
from flowstone_core.ops.rearranging import invert_permutation
from flowstone_core.ops.reduce import reduce_sum
from flowstone_core.ops.selection import boolean_mask
from flowstone_core.tensor import Tensor

from flowstone_autodiff.registry import AS_IN_TENSORFLOW, Call, gradient, not_differentiable, undefined

not_differentiable(ops.SPARSE_CONCAT, ops.SPARSE_RESHAPE)
undefined(ops.SPARSE_SPLIT, because=AS_IN_TENSORFLOW)


@gradient(ops.SPARSE_TO_DENSE)
def sparse_to_dense_gradient(call: Call, dy: Tensor) -> tuple[None, None, Any, Any]:
    """The values get the gradient at their coordinates, the default value the sum of the rest."""
    at_values = gather_nd(dy, call.inputs[0])
    return None, None, at_values, subtract(reduce_sum(dy), reduce_sum(at_values))


@gradient(ops.SPARSE_REORDER)
def sparse_reorder_gradient(call: Call, d_indices: Any, d_values: Tensor) -> tuple[None, Any, None]:
    """Each value gets the gradient of the place that it went to."""
    indices, _, dense_shape = call.inputs
    _, origin = ops.SPARSE_REORDER(indices, counted(shape(indices, int64)[0]), dense_shape)
    return None, gather(d_values, invert_permutation(origin)), None


@gradient(ops.SPARSE_SLICE)
def sparse_slice_gradient(call: Call, d_indices: Any, d_values: Tensor, d_shape: Any) -> tuple[Any, ...]:
    """The values in the slice get their gradients, the others none."""
    indices, _, _, start, _ = call.inputs
    return None, ops.SPARSE_SLICE_GRAD(d_values, indices, start, call.outputs[0]), None, None, None


@gradient(ops.SPARSE_SLICE_GRAD)
def sparse_slice_grad_gradient(call: Call, dx: Tensor) -> tuple[Any, None, None, None]:
    """The elements in the slice, in the order in which they stand."""
    grad, indices, start, output = call.inputs
    numbers = ops.SPARSE_SLICE_GRAD(counted(1, size(grad) + 1), indices, start, output)
    return boolean_mask(dx, greater(numbers, 0)), None, None, None


@gradient(ops.SPARSE_FILL_EMPTY_ROWS)
def sparse_fill_empty_rows_gradient(
    call: Call, d_indices: Any, d_values: Tensor, d_empty: Any, d_map: Any
) -> tuple[None, Any, None, Any]:
    """The values get their own gradients, the default value the sum of the fillings'."""
    d_input, d_default = ops.SPARSE_FILL_EMPTY_ROWS_GRAD(call.outputs[3], d_values)
    return None, d_input, None, d_default


@gradient(ops.SPARSE_FILL_EMPTY_ROWS_GRAD)
def sparse_fill_empty_rows_grad_gradient(call: Call, d_values: Tensor, d_default: Tensor) -> tuple[None, Any]:
    """Each filling gets the default value's, all others the values'."""
    places, grad = call.inputs
    return None, tensor_scatter_nd_update(fill(shape(grad), d_default), expand_dims(places, 1), d_values)
