"""Numpy kernels of ``flowstone_core.ops.sets``: elements become numbers of (set, value), which numpy compares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.coordinates import check_inside, check_ordered, check_parts, number_of_elements, strides
from flowstone_core.ops import sets as ops

KERNELS = KernelSet()

_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "a-b": lambda a, b: np.setdiff1d(a, b, assume_unique=True),
    "b-a": lambda a, b: np.setdiff1d(b, a, assume_unique=True),
    "intersection": lambda a, b: np.intersect1d(a, b, assume_unique=True),
    "union": np.union1d,
}


class _Sets:
    """Sets as pairs of the number of the set and an element."""

    def __init__(self, groups: Any, values: Any, shape: Any) -> None:
        self.groups = groups
        self.values = values
        self.shape = shape  # without the dimension of elements


def _of_dense(x: Any) -> _Sets:
    _check_rank(x.ndim)
    shape = np.array(x.shape[:-1], np.int64)
    return _Sets(np.repeat(np.arange(number_of_elements(shape)), x.shape[-1]), x.reshape(-1), shape)


def _of_sparse(indices: Any, values: Any, shape: Any, validate: bool) -> _Sets:
    check_parts(indices, values, shape)
    _check_rank(shape.size)
    check_inside(indices[:, :-1], shape[:-1])
    if validate:
        check_inside(indices, shape)
        check_ordered(indices)
    return _Sets(indices[:, :-1] @ strides(shape[:-1]), values, shape[:-1])


def _check_rank(rank: int) -> None:
    if rank < 2:
        raise SpecError(f"Sets are the last dimension of tensors with at least 2 dimensions, got rank {rank}.")


def _operate(a: _Sets, b: _Sets, operation: str) -> tuple[Any, Any, Any]:
    if operation.lower() not in _OPERATIONS:
        raise SpecError(f"Invalid set_operation {operation!r}, expected one of {', '.join(_OPERATIONS)}.")
    if a.shape.shape != b.shape.shape or (a.shape != b.shape).any():
        raise SpecError(
            "The operands of a set operation must agree in all dimensions but the last, got "
            f"{a.shape.tolist()} and {b.shape.tolist()}."
        )
    values, numbers = np.unique(np.concatenate([a.values, b.values]), return_inverse=True)
    numbers = numbers.reshape(-1)
    base = max(values.size, 1)
    first = np.unique(a.groups * base + numbers[: a.values.size])
    second = np.unique(b.groups * base + numbers[a.values.size :])
    found = _OPERATIONS[operation.lower()](first, second).astype(np.int64)
    groups, chosen = found // base, found % base
    counts = np.bincount(groups, minlength=1)
    starts = np.cumsum(counts) - counts
    places = np.arange(found.size) - starts[groups]
    columns = [(groups // stride) % max(int(size), 1) for stride, size in zip(strides(a.shape), a.shape, strict=True)]
    indices = np.stack([*columns, places], 1) if found.size else np.empty((0, a.shape.size + 1), np.int64)
    return indices, values[chosen], np.append(a.shape, counts.max())


@KERNELS.add(ops.DENSE_TO_DENSE)
def dense_to_dense(set1: Any, set2: Any, *, set_operation: str, validate_indices: bool) -> tuple[Any, Any, Any]:
    """Two dense tensors."""
    return _operate(_of_dense(set1), _of_dense(set2), set_operation)


@KERNELS.add(ops.DENSE_TO_SPARSE)
def dense_to_sparse(
    set1: Any, set2_indices: Any, set2_values: Any, set2_shape: Any, *, set_operation: str, validate_indices: bool
) -> tuple[Any, Any, Any]:
    """A dense and a sparse tensor."""
    second = _of_sparse(set2_indices, set2_values, set2_shape, validate_indices)
    return _operate(_of_dense(set1), second, set_operation)


@KERNELS.add(ops.SPARSE_TO_SPARSE)
def sparse_to_sparse(
    set1_indices: Any,
    set1_values: Any,
    set1_shape: Any,
    set2_indices: Any,
    set2_values: Any,
    set2_shape: Any,
    *,
    set_operation: str,
    validate_indices: bool,
) -> tuple[Any, Any, Any]:
    """Two sparse tensors."""
    first = _of_sparse(set1_indices, set1_values, set1_shape, validate_indices)
    second = _of_sparse(set2_indices, set2_values, set2_shape, validate_indices)
    return _operate(first, second, set_operation)


@KERNELS.add(ops.SET_SIZE)
def set_size(set_indices: Any, set_values: Any, set_shape: Any, *, validate_indices: bool) -> Any:
    """Different elements, counted by set."""
    sets = _of_sparse(set_indices, set_values, set_shape, validate_indices)
    values, numbers = np.unique(sets.values, return_inverse=True)
    base = max(values.size, 1)
    groups = np.unique(sets.groups * base + numbers.reshape(-1)) // base
    counts = np.bincount(groups, minlength=number_of_elements(sets.shape))
    return counts.astype(np.int32).reshape(sets.shape)
