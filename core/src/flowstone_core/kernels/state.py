"""Kernels of ``flowstone_core.ops.state``: they receive the ``VariableState`` behind the handle."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.accumulating import accumulate
from flowstone_core.ops import state as ops
from flowstone_core.shapes import TensorShape
from flowstone_core.variable_state import VariableState

KERNELS = KernelSet()


@KERNELS.add(ops.VAR_HANDLE)
def var_handle(*, dtype: DType, shape: TensorShape, shared_name: str, **attrs: Any) -> VariableState:
    """A new variable without a value."""
    return VariableState(None, dtype, shape.as_tuple(), True, shared_name)


@KERNELS.add(ops.READ_VARIABLE)
def read(resource: VariableState, *, dtype: DType) -> Any:
    """The value, not copied."""
    return resource.read()


@KERNELS.add(ops.ASSIGN)
def assign(resource: VariableState, value: Any, *, validate_shape: bool) -> None:
    """Replace the value."""
    resource.assign(value)


def _check_shape(resource: VariableState, value: Any) -> None:
    if resource.peek().shape != value.shape:
        raise InvalidArgumentError(
            None,
            None,
            f"Cannot update variable with shape {list(resource.array.shape)} using a Tensor with shape "
            f"{list(value.shape)}, shapes must be equal.",
        )


@KERNELS.add(ops.ASSIGN_ADD)
def assign_add(resource: VariableState, value: Any) -> None:
    """``variable += value``."""
    _check_shape(resource, value)
    resource.update(np.add, value)


@KERNELS.add(ops.ASSIGN_SUB)
def assign_sub(resource: VariableState, value: Any) -> None:
    """``variable -= value``."""
    _check_shape(resource, value)
    resource.update(np.subtract, value)


@KERNELS.add(ops.IS_INITIALIZED)
def is_initialized(resource: VariableState) -> Any:
    """Whether it has a value."""
    return np.asarray(resource.array is not None)


@KERNELS.add(ops.DESTROY_RESOURCE)
def destroy(resource: VariableState, *, ignore_lookup_error: bool) -> None:
    """Drop the value."""
    if isinstance(resource, VariableState):
        resource.assign(None)


@KERNELS.add(ops.DISABLE_COPY_ON_READ)
def disable_copy_on_read(resource: VariableState) -> None:
    """Nothing: a read copies no buffer, and an update never changes one that was read."""


@KERNELS.add(ops.VARIABLE_SHAPE)
def variable_shape(resource: VariableState, *, out_type: DType) -> Any:
    """The value's shape."""
    array = resource.array
    return np.array(() if array is None else array.shape, out_type.numpy_dtype)


def check_indices(indices: Any, size: int) -> None:
    """Raise unless all ``indices`` are in ``[0, size)``."""
    bad = (indices < 0) | (indices >= size)
    if bad.any():
        where = np.argwhere(bad)[0]
        place = "indices" + "".join(f"[{i}]" for i in where)
        raise InvalidArgumentError(None, None, f"{place} = {indices[tuple(where)]} is not in [0, {size})")


@KERNELS.add(ops.RESOURCE_GATHER)
def gather(resource: VariableState, indices: Any, *, dtype: DType, batch_dims: int, validate_indices: bool) -> Any:
    """Rows of the value, copied."""
    params = resource.peek()
    check_indices(indices, params.shape[batch_dims])
    if batch_dims == 0:
        return params[indices]
    grids = np.ix_(*(np.arange(size) for size in indices.shape[:batch_dims]))
    grids = tuple(grid.reshape(grid.shape + (1,) * (indices.ndim - batch_dims)) for grid in grids)
    return params[(*grids, indices)]


@KERNELS.add(ops.RESOURCE_GATHER_ND)
def gather_nd(resource: VariableState, indices: Any, *, dtype: DType) -> Any:
    """Elements or slices of the value, copied."""
    params = resource.peek()
    for axis in range(indices.shape[-1]):
        check_indices(indices[..., axis], params.shape[axis])
    return params[tuple(np.moveaxis(indices, -1, 0))].copy()


_ROW_UPDATES: dict[Any, np.ufunc] = {
    ops.SCATTER_ADD: np.add,
    ops.SCATTER_SUB: np.subtract,
    ops.SCATTER_MUL: np.multiply,
    ops.SCATTER_DIV: np.divide,
    ops.SCATTER_MIN: np.minimum,
    ops.SCATTER_MAX: np.maximum,
}
_ND_UPDATES: dict[Any, np.ufunc] = {
    ops.SCATTER_ND_ADD: np.add,
    ops.SCATTER_ND_SUB: np.subtract,
    ops.SCATTER_ND_MIN: np.minimum,
    ops.SCATTER_ND_MAX: np.maximum,
}


def _register_row_update(op: Any, ufunc: np.ufunc) -> None:
    @KERNELS.add(op)
    def scatter(resource: VariableState, indices: Any, updates: Any) -> None:
        with resource.lock:
            array = resource.mutable()
            check_indices(indices, array.shape[0])
            updates = np.broadcast_to(updates, indices.shape + array.shape[1:])
            updates = updates.astype(array.dtype, copy=False).reshape(indices.size, *array.shape[1:])
            accumulate(ufunc, array, indices.reshape(-1), updates)


def _register_nd_update(op: Any, ufunc: np.ufunc) -> None:
    @KERNELS.add(op)
    def scatter(ref: VariableState, indices: Any, updates: Any, *, use_locking: bool, bad_indices_policy: str) -> None:
        with ref.lock:
            array = ref.mutable()
            depth = indices.shape[-1]
            places = _nd_index(indices, array)
            if depth and array.flags.c_contiguous:
                rows = np.ravel_multi_index(places, array.shape[:depth]).reshape(-1)
                table = array.reshape(-1, *array.shape[depth:])
                accumulate(ufunc, table, rows, updates.reshape(rows.size, *table.shape[1:]))
            else:
                ufunc.at(array, places, updates)


def _nd_index(indices: Any, array: Any) -> tuple[Any, ...]:
    for axis in range(indices.shape[-1]):
        check_indices(indices[..., axis], array.shape[axis])
    return tuple(np.moveaxis(indices, -1, 0))


for _op, _ufunc in _ROW_UPDATES.items():
    _register_row_update(_op, _ufunc)
for _op, _ufunc in _ND_UPDATES.items():
    _register_nd_update(_op, _ufunc)


@KERNELS.add(ops.SCATTER_UPDATE)
def scatter_update(resource: VariableState, indices: Any, updates: Any) -> None:
    """Replace rows of the value; of repeated indices the last wins."""
    with resource.lock:
        array = resource.mutable()
        check_indices(indices, array.shape[0])
        array[indices] = updates


@KERNELS.add(ops.SCATTER_ND_UPDATE)
def scatter_nd_update(
    ref: VariableState, indices: Any, updates: Any, *, use_locking: bool, bad_indices_policy: str
) -> None:
    """Replace elements or slices of the value; of repeated indices the last wins."""
    with ref.lock:
        array = ref.mutable()
        array[_nd_index(indices, array)] = updates
