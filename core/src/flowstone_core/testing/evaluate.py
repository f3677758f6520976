"""Tensors of all kinds as numpy values, for comparisons."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core import nest
from flowstone_core.indexed_slices import IndexedSlices
from flowstone_core.sparse_tensor import SparseTensor, SparseTensorValue
from flowstone_core.tensor import is_tensor


def evaluated(tensors: Any) -> Any:
    """A nest of tensors as a nest of numpy values; functions in it are called first."""
    return None if tensors is None else nest.map_structure(_one, tensors)


def _one(tensor: Any) -> Any:
    if tensor is None:
        return None
    if isinstance(tensor, SparseTensor):
        return SparseTensorValue(*(np.asarray(part) for part in (tensor.indices, tensor.values, tensor.dense_shape)))
    if is_ragged(tensor):
        return tensor
    if isinstance(tensor, IndexedSlices):
        shape = None if tensor.dense_shape is None else tensor.dense_shape.numpy()
        return type(tensor)(tensor.values.numpy(), tensor.indices.numpy(), shape)
    if hasattr(tensor, "numpy"):
        return tensor.numpy()
    if callable(tensor):
        return evaluated(tensor())
    if nest.is_composite(tensor):
        return nest.map_structure(_one, tensor, expand_composites=True)
    raise ValueError(f"Unsupported type {type(tensor).__name__!r}.")


def is_ragged(value: Any) -> bool:
    """Whether ``value`` is a ragged tensor (or the value of one)."""
    return hasattr(value, "row_splits") and hasattr(value, "to_list")


def as_array(value: Any) -> Any:
    """A tensor, a number or a nest of them as one array; of objects if it is not rectangular."""
    if is_tensor(value):
        value = evaluated(value)
    if isinstance(value, np.ndarray):
        return value
    try:
        return np.array(value)
    except ValueError as error:
        if "inhomogeneous" not in str(error):
            raise
        return np.array(value, dtype=object)


def as_list(value: Any) -> Any:
    """A tensor, ragged or not, or an array as nested lists."""
    if is_ragged(value):
        return value.to_list()
    found = value.numpy() if hasattr(value, "numpy") else value
    return found.tolist() if isinstance(found, (np.ndarray, np.generic)) else np.array(found, dtype=object).tolist()
