"""Numpy kernels of ``flowstone_core.ops.sparse``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.coordinates import (
    check_inside,
    check_ordered,
    check_parts,
    number_of_elements,
    row_keys,
    row_order,
    strides,
)
from flowstone_core.ops import sparse as ops
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()


@KERNELS.add(ops.SPARSE_TO_DENSE)
def sparse_to_dense(
    sparse_indices: Any, output_shape: Any, sparse_values: Any, default_value: Any, *, validate_indices: bool
) -> Any:
    """A full array with the values assigned; of a repeated coordinate the last one counts."""
    if sparse_indices.ndim > 2 or output_shape.ndim != 1 or sparse_values.ndim > 1 or default_value.ndim:
        raise SpecError(
            "SparseToDense takes indices of at most 2 dimensions, a vector as shape, values of at most 1 dimension and "
            f"a scalar as default, got shapes {TensorShape(sparse_indices.shape)}, {TensorShape(output_shape.shape)}, "
            f"{TensorShape(sparse_values.shape)} and {TensorShape(default_value.shape)}."
        )
    count = len(sparse_indices) if sparse_indices.ndim else 1
    indices = sparse_indices.reshape(count, sparse_indices.shape[1] if sparse_indices.ndim == 2 else 1)
    if indices.shape[1] != output_shape.size:
        raise SpecError(f"SparseToDense: {output_shape.size} sizes for indices of {indices.shape[1]} dimensions.")
    if sparse_values.ndim and sparse_values.size != count:
        raise SpecError(f"SparseToDense: {sparse_values.size} values for {count} indices.")
    number_of_elements(output_shape)
    check_inside(indices, output_shape)
    if validate_indices:
        check_ordered(indices)
    dense = np.empty(output_shape, sparse_values.dtype)
    dense[...] = default_value
    dense.reshape(-1)[indices @ strides(output_shape)] = sparse_values
    return dense


# -- order and shape -----------------------------------------------------------------------------------------------


@KERNELS.add(ops.SPARSE_REORDER)
def sparse_reorder(input_indices: Any, input_values: Any, input_shape: Any) -> tuple[Any, Any]:
    """Sorted by rows."""
    check_parts(input_indices, input_values, input_shape)
    order = row_order(input_indices)
    return input_indices[order], input_values[order]


@KERNELS.add(ops.SPARSE_RESHAPE)
def sparse_reshape(input_indices: Any, input_shape: Any, new_shape: Any) -> tuple[Any, Any]:
    """Coordinates to flat places, and these to other coordinates."""
    if input_indices.ndim != 2 or input_shape.ndim != 1 or new_shape.ndim != 1:
        raise ValueError  # the shape rule explains
    if input_indices.shape[1] != input_shape.size:
        raise ValueError
    number_of_elements(input_shape)
    sizes = np.array(ops.new_sizes(tuple(input_shape.tolist()), tuple(new_shape.tolist())), np.int64)
    if not len(input_indices):
        return np.empty((0, sizes.size), np.int64), sizes
    rest = input_indices @ strides(input_shape)
    columns = []
    for stride in strides(sizes):
        columns.append(rest // stride)
        rest = rest % stride
    return np.stack(columns, 1), sizes


# -- joining and cutting -------------------------------------------------------------------------------------------


@KERNELS.add(ops.SPARSE_CONCAT)
def sparse_concat(indices: list[Any], values: list[Any], shapes: list[Any], *, concat_dim: int) -> tuple[Any, Any, Any]:
    """Coordinates shifted by what comes before, in the order of rows."""
    for parts in zip(indices, values, shapes, strict=True):
        check_parts(*parts)
    rank = shapes[0].size
    if not -rank <= concat_dim < rank:
        raise SpecError(f"SparseConcat: the axis must be in [{-rank}, {rank}), got {concat_dim}.")
    if any(shape.size != rank for shape in shapes):
        raise SpecError(f"SparseConcat: ranks of inputs must match, got {[shape.size for shape in shapes]}.")
    axis = concat_dim % rank
    table = np.stack(shapes)
    others = np.delete(table, axis, 1)
    if (others != others[0]).any():
        raise SpecError(f"SparseConcat: shapes must be equal but for axis {axis}, got {table.tolist()}.")
    ends = np.cumsum(table[:, axis])
    joined = np.concatenate(indices)
    joined[:, axis] += np.repeat(ends - table[:, axis], [len(each) for each in indices])
    shape = table[0].copy()
    shape[axis] = ends[-1]
    order = row_order(joined)
    return joined[order], np.concatenate(values)[order], shape


@KERNELS.add(ops.SPARSE_SLICE)
def sparse_slice(indices: Any, values: Any, shape: Any, start: Any, size: Any) -> tuple[Any, Any, Any]:
    """What lies between ``start`` and ``start + size``."""
    check_parts(indices, values, shape)
    if start.shape != shape.shape or size.shape != shape.shape:
        raise SpecError(
            f"SparseSlice: start and size need {shape.size} entries, got shapes {TensorShape(start.shape)} and "
            f"{TensorShape(size.shape)}."
        )
    if (size < 0).any():
        raise SpecError(f"SparseSlice: sizes must not be negative, got {size.tolist()}.")
    extent = np.clip(shape - start, 0, size)
    inside = ((indices >= start) & (indices < start + size)).all(1)
    return indices[inside] - start, values[inside], extent


@KERNELS.add(ops.SPARSE_SLICE_GRAD)
def sparse_slice_grad(backprop_val_grad: Any, input_indices: Any, input_start: Any, output_indices: Any) -> Any:
    """The gradient of each element that is in the slice, found by its coordinates; zero for the others."""
    if input_indices.ndim != 2 or output_indices.ndim != 2 or backprop_val_grad.shape != (len(output_indices),):
        raise SpecError("SparseSliceGrad: the gradient must have one entry for each row of output_indices.")
    if input_indices.shape[1] != output_indices.shape[1] or input_start.shape != (input_indices.shape[1],):
        raise SpecError("SparseSliceGrad: input_indices, output_indices and input_start must agree in their rank.")
    ours, theirs = row_keys(input_indices, output_indices + input_start)
    result = np.zeros(len(input_indices), backprop_val_grad.dtype)
    order = np.argsort(ours, kind="stable")
    places = np.searchsorted(ours[order], theirs)
    found = places < ours.size
    found[found] = ours[order][places[found]] == theirs[found]
    if not found.all():
        raise SpecError("SparseSliceGrad: the elements of the slice are not all among those of the input.")
    result[order[places]] = backprop_val_grad
    return result


@KERNELS.add(ops.SPARSE_SPLIT)
def sparse_split(split_dim: Any, indices: Any, values: Any, shape: Any, *, num_split: int) -> tuple[Any, Any, Any]:
    """Elements dealt out by their coordinate along the axis."""
    check_parts(indices, values, shape)
    axis = int(split_dim)
    if not -shape.size <= axis < shape.size:
        raise SpecError(f"SparseSplit: the axis must be in [{-shape.size}, {shape.size}), got {axis}.")
    axis %= shape.size
    length = int(shape[axis])
    if num_split > length:
        raise SpecError(f"SparseSplit: cannot cut {length} along axis {axis} into {num_split} parts.")
    sizes = np.full(num_split, length // num_split, np.int64)
    sizes[: length % num_split] += 1
    ends = np.cumsum(sizes)
    part_of = np.searchsorted(ends, indices[:, axis], "right")
    picked = [part_of == part for part in range(num_split)]
    shifts = np.zeros((num_split, shape.size), np.int64)
    shifts[:, axis] = ends - sizes
    extents = np.tile(shape, (num_split, 1))
    extents[:, axis] = sizes
    parts = [indices[mask] - shift for mask, shift in zip(picked, shifts, strict=True)]
    return parts, [values[mask] for mask in picked], list(extents)


# -- empty rows ----------------------------------------------------------------------------------------------------


@KERNELS.add(ops.SPARSE_FILL_EMPTY_ROWS)
def sparse_fill_empty_rows(indices: Any, values: Any, dense_shape: Any, default_value: Any) -> tuple[Any, ...]:
    """The elements and the new ones, sorted by row alone."""
    check_parts(indices, values, dense_shape)
    if default_value.ndim:
        raise SpecError(f"SparseFillEmptyRows: default_value must be a scalar, got {TensorShape(default_value.shape)}.")
    if not dense_shape.size:
        raise SpecError("SparseFillEmptyRows: dense_shape must have at least one size.")
    rows = int(dense_shape[0])
    if rows < 0:
        raise SpecError(f"SparseFillEmptyRows: the number of rows must not be negative, got {rows}.")
    own = indices[:, 0]
    check_inside(own[:, None], dense_shape[:1])
    empty = np.bincount(own, minlength=rows) == 0
    missing = np.flatnonzero(empty)
    added = np.zeros((missing.size, dense_shape.size), np.int64)
    added[:, 0] = missing
    order = np.argsort(np.concatenate([own, missing]), kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    filling = np.empty(missing.size, values.dtype)
    filling[...] = default_value
    return np.concatenate([indices, added])[order], np.concatenate([values, filling])[order], empty, place[: own.size]


@KERNELS.add(ops.SPARSE_FILL_EMPTY_ROWS_GRAD)
def sparse_fill_empty_rows_grad(reverse_index_map: Any, grad_values: Any) -> tuple[Any, Any]:
    """What comes from elements, and the sum of what comes from fillings."""
    if reverse_index_map.ndim != 1 or grad_values.ndim != 1:
        raise SpecError("SparseFillEmptyRowsGrad: reverse_index_map and grad_values must be vectors.")
    check_inside(reverse_index_map[:, None], np.array([grad_values.size]))
    filled = np.ones(grad_values.size, bool)
    filled[reverse_index_map] = False
    return grad_values[reverse_index_map], grad_values[filled].sum(dtype=grad_values.dtype)
