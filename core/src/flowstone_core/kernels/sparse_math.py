"""Numpy kernels of ``flowstone_core.ops.sparse_math``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.coordinates import check_inside, check_parts, row_keys, row_order
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.kernels.segment import reduce_runs
from flowstone_core.ops import sparse_math as ops
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()


def _union(a: tuple[Any, Any, Any], b: tuple[Any, Any, Any]) -> tuple[Any, Any, Any, Any]:
    """The coordinates that either has, in order; the elements of each there, 0 where it has none; where both have one."""
    for each in (a, b):
        check_parts(*each)
    if a[2].shape != b[2].shape or (a[2] != b[2]).any():
        raise SpecError(f"The shapes of sparse operands must be equal, got {a[2].tolist()} and {b[2].tolist()}.")
    keys = np.concatenate(row_keys(a[0], b[0]))
    _, first, numbers = np.unique(keys, return_index=True, return_inverse=True)
    numbers = numbers.reshape(-1)
    left, right = np.zeros((2, first.size), a[1].dtype)
    left[numbers[: a[1].size]] = a[1]
    right[numbers[a[1].size :]] = b[1]
    both = np.bincount(numbers, minlength=first.size) > 1
    return np.concatenate([a[0], b[0]])[first], left, right, both


# -- sums ----------------------------------------------------------------------------------------------------------


@KERNELS.add(ops.SPARSE_ADD)
def sparse_add(
    a_indices: Any, a_values: Any, a_shape: Any, b_indices: Any, b_values: Any, b_shape: Any, thresh: Any
) -> tuple[Any, Any, Any]:
    """Element by element; sums that are smaller than the threshold are left out."""
    if thresh.ndim:
        raise SpecError(f"SparseAdd: the threshold must be a scalar, got shape {TensorShape(thresh.shape)}.")
    indices, left, right, both = _union((a_indices, a_values, a_shape), (b_indices, b_values, b_shape))
    total = left + right
    kept = ~both | (np.abs(total) >= thresh)
    return indices[kept], total[kept], a_shape


@KERNELS.add(ops.SPARSE_ADD_GRAD)
def sparse_add_grad(backprop_val_grad: Any, a_indices: Any, b_indices: Any, sum_indices: Any) -> tuple[Any, Any]:
    """The gradient at the coordinates of each operand; 0 where the sum was left out."""
    if backprop_val_grad.shape != (len(sum_indices),):
        raise SpecError("SparseAddGrad: the gradient must have one entry for each row of sum_indices.")
    found = []
    for own in (a_indices, b_indices):
        if own.ndim != 2 or own.shape[1] != sum_indices.shape[1]:
            raise SpecError("SparseAddGrad: indices must be matrices of as many columns.")
        mine, total = row_keys(own, sum_indices)
        order = np.argsort(total, kind="stable")
        places = np.searchsorted(total[order], mine)
        inside = places < total.size
        inside[inside] = total[order][places[inside]] == mine[inside]
        grad = np.zeros(len(own), backprop_val_grad.dtype)
        grad[inside] = backprop_val_grad[order[places[inside]]]
        found.append(grad)
    return found[0], found[1]


@KERNELS.add(ops.SPARSE_TENSOR_DENSE_ADD)
def sparse_tensor_dense_add(a_indices: Any, a_values: Any, a_shape: Any, b: Any) -> Any:
    """A copy of the dense tensor with the elements added; repeated coordinates add up."""
    check_parts(a_indices, a_values, a_shape)
    if tuple(a_shape.tolist()) != b.shape:
        raise SpecError(f"The shapes of both operands must be equal, got {a_shape.tolist()} and {list(b.shape)}.")
    check_inside(a_indices, a_shape)
    result = b.copy()
    np.add.at(result, tuple(a_indices.T), a_values)
    return result


# -- extrema -------------------------------------------------------------------------------------------------------


def _extremum(choose: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def kernel(
        a_indices: Any, a_values: Any, a_shape: Any, b_indices: Any, b_values: Any, b_shape: Any
    ) -> tuple[Any, Any]:
        indices, left, right, _ = _union((a_indices, a_values, a_shape), (b_indices, b_values, b_shape))
        return indices, choose(left, right)

    return kernel


KERNELS.add(ops.SPARSE_SPARSE_MAXIMUM)(_extremum(np.maximum))
KERNELS.add(ops.SPARSE_SPARSE_MINIMUM)(_extremum(np.minimum))


# -- products ------------------------------------------------------------------------------------------------------


@add_with_narrow(KERNELS, ops.SPARSE_TENSOR_DENSE_MATMUL)
def sparse_tensor_dense_matmul(
    a_indices: Any, a_values: Any, a_shape: Any, b: Any, *, adjoint_a: bool, adjoint_b: bool
) -> Any:
    """Rows of ``b`` times the elements, added up by the elements' rows."""
    check_parts(a_indices, a_values, a_shape)
    if a_shape.size != 2 or b.ndim != 2:
        raise SpecError(
            f"SparseTensorDenseMatMul takes matrices, got shapes {a_shape.tolist()} and {TensorShape(b.shape)}."
        )
    check_inside(a_indices, a_shape)
    rows, columns = a_indices.T[::-1] if adjoint_a else a_indices.T
    height, inner = (int(size) for size in (a_shape[::-1] if adjoint_a else a_shape))
    values = np.conj(a_values) if adjoint_a else a_values
    right = np.conj(b.T) if adjoint_b else b
    if len(right) != inner:
        raise SpecError(f"SparseTensorDenseMatMul: a has {inner} columns where b has {len(right)} rows.")
    if (rows[1:] < rows[:-1]).any():
        order = np.argsort(rows, kind="stable")
        rows, columns, values = rows[order], columns[order], values[order]
    return reduce_runs(np.add, values[:, None] * right[columns], rows, height, 0)


# -- reductions ----------------------------------------------------------------------------------------------------


def _groups(parts: tuple[Any, Any, Any], axes: Any, how: Any) -> tuple[Any, Any, list[int]]:
    """The coordinates in the dimensions that stay, the reduced elements there, and the axes that go."""
    indices, values, shape = parts
    check_parts(*parts)
    rank = shape.size
    if axes.ndim > 1 or (axes.size and not ((-rank <= axes) & (axes < rank)).all()):
        raise SpecError(f"Invalid reduction dimensions {axes.tolist()}: expected a list in [{-rank}, {rank}).")
    gone = sorted({int(axis) % rank for axis in axes.reshape(-1)})
    places = np.delete(indices, gone, 1)
    (keys,) = row_keys(places)
    order = np.argsort(keys, kind="stable")
    _, first, numbers = np.unique(keys[order], return_index=True, return_inverse=True)
    reduced = reduce_runs(how, values[order], numbers.reshape(-1), first.size, 0)
    return places[order][first], reduced, gone


def _shown(shape: Any, gone: list[int], keep_dims: bool) -> Any:
    """The shape after the reduction."""
    if not keep_dims:
        return np.delete(shape, gone)
    kept = shape.copy()
    kept[gone] = 1
    return kept


def _to_dense(how: Any) -> Callable[..., Any]:
    def kernel(input_indices: Any, input_values: Any, input_shape: Any, reduction_axes: Any, *, keep_dims: bool) -> Any:
        places, reduced, gone = _groups((input_indices, input_values, input_shape), reduction_axes, how)
        kept = np.delete(input_shape, gone)
        check_inside(places, kept)
        dense = np.zeros(kept, input_values.dtype)
        dense[tuple(places.T)] = reduced if kept.size else reduced.sum(dtype=reduced.dtype)
        return dense.reshape(_shown(input_shape, gone, keep_dims))

    return kernel


def _to_sparse(how: Any) -> Callable[..., Any]:
    def kernel(
        input_indices: Any, input_values: Any, input_shape: Any, reduction_axes: Any, *, keep_dims: bool
    ) -> tuple[Any, Any, Any]:
        places, reduced, gone = _groups((input_indices, input_values, input_shape), reduction_axes, how)
        if keep_dims:
            places = np.insert(places, [axis - at for at, axis in enumerate(gone)], 0, axis=1)
        return places, reduced, _shown(input_shape, gone, keep_dims)

    return kernel


KERNELS.add(ops.SPARSE_REDUCE_SUM)(_to_dense(np.add))
KERNELS.add(ops.SPARSE_REDUCE_MAX)(_to_dense(np.maximum))
KERNELS.add(ops.SPARSE_REDUCE_SUM_SPARSE)(_to_sparse(np.add))
KERNELS.add(ops.SPARSE_REDUCE_MAX_SPARSE)(_to_sparse(np.maximum))


# -- softmax -------------------------------------------------------------------------------------------------------


@add_with_narrow(KERNELS, ops.SPARSE_SOFTMAX)
def sparse_softmax(sp_indices: Any, sp_values: Any, sp_shape: Any) -> Any:
    """Exponentials over their sum, in each row; the greatest is taken off first."""
    check_parts(sp_indices, sp_values, sp_shape)
    if sp_shape.size < 2:
        raise SpecError(f"SparseSoftmax needs at least 2 dimensions, got shape {sp_shape.tolist()}.")
    order = row_order(sp_indices)
    (keys,) = row_keys(sp_indices[order, :-1])
    _, numbers = np.unique(keys, return_inverse=True)
    numbers = numbers.reshape(-1)
    count = int(numbers[-1]) + 1 if numbers.size else 0
    sorted_values = sp_values[order]
    greatest = reduce_runs(np.maximum, sorted_values, numbers, count, 0)
    powers = np.exp(sorted_values - greatest[numbers])
    result = np.empty_like(sp_values)
    result[order] = powers / reduce_runs(np.add, powers, numbers, count, 0)[numbers]
    return result
