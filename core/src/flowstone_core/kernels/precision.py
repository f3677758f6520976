"""16-bit floats compute in float32 and round once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import ml_dtypes
import numpy as np

from flowstone_core.kernel import KernelSet
from flowstone_core.op import Op

F = TypeVar("F", bound=Callable[..., Any])

NARROW = ("float16", "bfloat16")
_NARROW_TYPES = (np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16))


def _widen(value: Any) -> Any:
    if isinstance(value, list):
        return [_widen(item) for item in value]
    if isinstance(value, np.ndarray) and value.dtype in _NARROW_TYPES:
        return value.astype(np.float32)
    return value


def widened(function: F) -> Callable[..., Any]:
    """``function`` on float32 copies of 16-bit operands; its float32 results rounded to the operands' type."""

    @functools.wraps(function)
    def kernel(*arrays: Any, **attrs: Any) -> Any:
        narrow = _narrow_type(arrays)
        result = function(*map(_widen, arrays), **attrs)
        return _rounded(result, narrow)

    return kernel


def _narrow_type(arrays: Iterable[Any]) -> Any:
    for array in arrays:
        if isinstance(array, list):
            if array and array[0].dtype in _NARROW_TYPES:
                return array[0].dtype
        elif isinstance(array, np.ndarray) and array.dtype in _NARROW_TYPES:
            return array.dtype
    return None


def _rounded(result: Any, narrow: Any) -> Any:
    if isinstance(result, (tuple, list)):
        return type(result)(_rounded(item, narrow) for item in result)
    if narrow is None or result.dtype != np.float32:
        return result
    return result.astype(narrow)


def in_double(function: F) -> Callable[..., Any]:
    """``function`` on float64 copies of its operands; its results rounded to the type of the first operand."""

    @functools.wraps(function)
    def kernel(*arrays: Any, **attrs: Any) -> Any:
        dtype = arrays[0].dtype
        if dtype == np.float64:
            return function(*arrays, **attrs)
        return function(*(array.astype(np.float64) for array in arrays), **attrs).astype(dtype)

    return kernel


def add_with_narrow(
    kernels: KernelSet, *ops: Op, dtypes: Iterable[Any] | None = None, **declared: Any
) -> Callable[[F], F]:
    """A decorator: register a kernel of ``ops``, and its widened form for 16-bit floats."""

    def register(function: F) -> F:
        kernels.add(*ops, dtypes=NARROW, **declared)(widened(function))
        kernels.add(*ops, dtypes=dtypes, **declared)(function)
        return function

    return register
