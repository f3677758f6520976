"""numpy's advanced indexing of tensors: ``x[array]``, ``x[:, [0, 2]]``, masks among other indices.

As in TensorFlow, integers and slices are taken first, then the arrays; so an integer never joins the arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.tensor import is_tensor


def with_arrays(basic: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """``x[key]`` with arrays among the indices; what has none is left to ``basic``."""

    def getitem(self: Any, key: Any) -> Any:
        """``x[key]``, as numpy does it.

        Raises:
            IndexError: An index is no integer, or there are too many.
            tf.errors.InvalidArgumentError: An index is out of range.
        """
        items = key if type(key) is tuple else (key,)
        if not any(map(_is_array, items)) or (len(items) == 1 and _is_mask(items[0])):
            return basic(self, key)
        return _taken(tf.convert_to_tensor(self), [_array(item) if _is_array(item) else item for item in items])

    return getitem


def _is_array(item: Any) -> bool:
    if isinstance(item, list):
        return True
    if isinstance(item, np.ndarray):
        return item.ndim > 0
    return is_tensor(item) and item.shape.rank != 0


def _is_mask(item: Any) -> bool:
    if isinstance(item, np.ndarray):
        return bool(item.dtype == np.bool_)
    return is_tensor(item) and item.dtype is dtypes.bool


def _array(item: Any) -> Any:
    """An index as a tensor of integers or booleans of a known rank."""
    tensor = tf.convert_to_tensor(np.asarray(item) if isinstance(item, list) and not _has_tensors(item) else item)
    if not (tensor.dtype.is_integer or tensor.dtype is dtypes.bool):
        raise IndexError(f"Arrays used as indices must be of integer (or boolean) type, got {tensor.dtype.name}.")
    if tensor.shape.rank is None:
        raise ValueError("Arrays used as indices must have a known rank. State it with tf.ensure_shape.")
    return tensor


def _has_tensors(item: list[Any]) -> bool:
    return any(is_tensor(each) or (isinstance(each, list) and _has_tensors(each)) for each in item)


def _taken(x: Any, items: list[Any]) -> Any:
    """``x[items]``, where arrays are tensors."""
    plain, arrays = _without_arrays(x, items)
    rest = x[tuple(plain)]
    indices: list[Any] = []
    places: list[int] = []
    for place, item in arrays:
        if item.dtype is dtypes.bool:
            found = tf.where(item)
            indices += [found[:, axis] for axis in range(item.shape.rank)]
            places += range(place, place + item.shape.rank)
        else:
            indices.append(tf.cast(item, dtypes.int64))
            places.append(place)
    return _picked(rest, indices, places)


def _without_arrays(x: Any, items: list[Any]) -> tuple[list[Any], list[tuple[int, Any]]]:
    """The items with ``:`` in the places of arrays, and the arrays with their dimensions in what that gives.

    Raises:
        IndexError: There are more indices than dimensions.
    """
    taken = sum(_dimensions(item) for item in items)
    if x.shape.rank is not None and taken > x.shape.rank:
        raise IndexError(f"Too many indices: {taken} for a tensor of shape {x.shape}.")
    plain: list[Any] = []
    arrays: list[tuple[int, Any]] = []
    place = 0
    for item in items:
        if item is Ellipsis:
            if x.shape.rank is None:
                raise ValueError(
                    "An ellipsis beside arrays of indices needs a known rank. State it with tf.ensure_shape."
                )
            plain += [slice(None)] * (x.shape.rank - taken)
            place += x.shape.rank - taken
        elif _is_array(item):
            arrays.append((place, item))
            plain += [slice(None)] * _dimensions(item)
            place += _dimensions(item)
        else:
            plain.append(item)
            place += 1 if item is None or isinstance(item, slice) else 0
    return plain, arrays


def _dimensions(item: Any) -> int:
    """How many dimensions an index takes."""
    if item is None or item is Ellipsis:
        return 0
    return int(item.shape.rank) if _is_array(item) and item.dtype is dtypes.bool else 1


def _picked(x: Any, indices: list[Any], places: list[int]) -> Any:
    """The elements where the arrays, broadcast, point; their dimensions stand where the arrays stood together, or first."""
    if x.shape.rank is None:
        raise ValueError("Indexing with arrays needs a known rank. State it with tf.ensure_shape.")
    others = [axis for axis in range(x.shape.rank) if axis not in places]
    front = x if places == list(range(len(places))) else tf.transpose(x, places + others)
    sizes = tf.shape(front, out_type=dtypes.int64)
    counted = [tf.where(index < 0, index + sizes[axis], index) for axis, index in enumerate(indices)]
    common = counted[0]
    for index in counted[1:]:
        common = common + tf.zeros_like(index)
    together = [index + tf.zeros_like(common) for index in counted]
    picked = tf.gather_nd(front, tf.stack(together, -1))
    wide, first = common.shape.rank, places[0]
    if places != list(range(first, first + len(places))) or not first:
        return picked
    moved = [*range(wide, wide + first), *range(wide), *range(wide + first, wide + len(others))]
    return tf.transpose(picked, moved)
