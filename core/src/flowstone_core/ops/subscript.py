"""``x[...]``: Python's subscript as a strided slice or a boolean mask."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType
from flowstone_core.interpreter import state
from flowstone_core.ops.cast import cast
from flowstone_core.ops.indexing import RESOURCE_STRIDED_SLICE_ASSIGN, STRIDED_SLICE
from flowstone_core.ops.joining import stack
from flowstone_core.ops.selection import boolean_mask
from flowstone_core.shapes import Dimension
from flowstone_core.slicing import Masks
from flowstone_core.tensor import EagerTensor, Tensor

newaxis: None = None
"""``tf.newaxis``: between brackets, a new dimension of size 1."""

_SIMPLE = frozenset({int, type(None), type(Ellipsis)})
_BOUNDS = frozenset({int, type(None)})
_INDEX_TYPES = (dtypes.int16, dtypes.int32, dtypes.int64)


class SliceKey:
    """What stands between the brackets, as the operands of ``StridedSlice``.

    Attributes:
        begin: A tensor, or an array of integers.
        end: Likewise.
        strides: Likewise.
        masks: The bit masks.
    """

    __slots__ = ("begin", "end", "masks", "strides")

    def __init__(self, key: Any) -> None:
        begin: list[Any] = []
        end: list[Any] = []
        strides: list[Any] = []
        masks = dict.fromkeys(Masks._fields, 0)
        for place, item in enumerate(key if isinstance(key, (list, tuple)) else (key,)):
            bit = 1 << place
            first, last, step = 0, 0, 1
            if isinstance(item, slice):
                if item.start is None:
                    masks["begin_mask"] |= bit
                else:
                    first = _checked(item.start)
                if item.stop is None:
                    masks["end_mask"] |= bit
                else:
                    last = _checked(item.stop)
                if item.step is not None:
                    step = _checked(item.step)
            elif item is Ellipsis:
                masks["ellipsis_mask"] |= bit
            elif item is None:
                masks["new_axis_mask"] |= bit
            else:
                first = _checked(item)
                last = first + 1
                masks["shrink_axis_mask"] |= bit
            begin.append(first)
            end.append(last)
            strides.append(step)
        self.masks = Masks(**masks)
        self.begin, self.end, self.strides = _same_type(begin, end, strides)


def _checked(item: Any) -> Any:
    """An index as an int or a scalar integer tensor.

    Raises:
        TypeError: If it is none.
    """
    if type(item) is int:
        return item
    if isinstance(item, Tensor):
        if item.dtype in _INDEX_TYPES and item.ndim in (None, 0):
            return int(item._array) if type(item) is EagerTensor else item
    elif isinstance(item, (int, np.integer)) and not isinstance(item, bool):
        return int(item)
    elif isinstance(item, Dimension) and item.value is not None:
        return item.value
    elif hasattr(type(item), "__tf_tensor__"):
        return _checked(convert_to_tensor(item))
    elif isinstance(item, np.ndarray) and item.ndim == 0 and item.dtype.kind in "iu":
        return int(item)
    raise TypeError(
        "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors are "
        f"valid indices, got {item!r}"
    )


def _same_type(*vectors: list[Any]) -> list[Any]:
    """Lists of integers and tensors as three operands of one type: int32, or int64 if one needs it."""
    wide = any(
        item.dtype is dtypes.int64 if isinstance(item, Tensor) else not -(2**31) <= item < 2**31
        for vector in vectors
        for item in vector
    )
    target = dtypes.int64 if wide else dtypes.int32
    return [_vector(vector, target) for vector in vectors]


def _vector(items: list[Any], target: DType) -> Any:
    if not any(isinstance(item, Tensor) for item in items):
        return np.array(items, target.numpy_dtype)
    return stack([cast(item, target) for item in items])


def getitem(self: Any, key: Any) -> Any:
    """``x[key]``: numpy's basic indexing, and a boolean mask."""
    run = state.fast
    if run is not None and type(self) is EagerTensor:
        kind = type(key)
        items = key if kind is tuple else (key,)
        for item in items:
            kind = type(item)
            if kind is slice:
                if type(item.start) in _BOUNDS and type(item.stop) in _BOUNDS and type(item.step) in _BOUNDS:
                    continue
                break
            if kind not in _SIMPLE:
                break
        else:
            try:
                return EagerTensor(self._array[items if Ellipsis in items else (*items, ...)], self._dtype)
            except (IndexError, ValueError, TypeError, AttributeError):
                pass  # the op explains
    if _is_mask(key):
        return boolean_mask(self, key)
    spec = SliceKey(key)
    return STRIDED_SLICE(self, spec.begin, spec.end, spec.strides, **spec.masks._asdict())


def _is_mask(key: Any) -> bool:
    if isinstance(key, bool):
        return True
    if isinstance(key, (Tensor, np.ndarray)):
        return bool(key.dtype == np.bool_ if isinstance(key, np.ndarray) else key.dtype is dtypes.bool)
    return False


def variable_getitem(self: Any, key: Any) -> Any:
    """``variable[key]``: the slice's value, with ``assign(value)`` to write into the variable."""
    result = getitem(self._read(), key)

    def assign(value: Any, name: str | None = None) -> Any:
        """Write ``value`` (broadcast) into the slice; returns the variable."""
        spec = SliceKey(key)
        tensor = convert_to_tensor(value, self.dtype)
        masks = spec.masks._asdict()
        RESOURCE_STRIDED_SLICE_ASSIGN(self.handle, spec.begin, spec.end, spec.strides, tensor, name=name, **masks)
        return self

    result.assign = assign
    return result
