"""Tensors as text, as ``tf.print`` shows them: few elements of each dimension, the shortest exact numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def summarize(array: Any, count: int = 3) -> str:
    """The text of an array.

    >>> summarize(np.arange(20))
    '[0 1 2 ... 17 18 19]'
    >>> summarize(np.float32(1 / 3))
    '0.333333343'

    Args:
        array: A numpy array (of ``bytes`` for strings), or the state object of a handle.
        count: How many elements at each end of each dimension to show; negative for all.
    """
    if not isinstance(array, (np.ndarray, np.generic)):
        return f"<{type(array).__name__}>"
    array = np.asarray(array)
    return _rows(array, count, _element_format(array.dtype), array.ndim)


def _rows(array: Any, count: int, element: Callable[[Any], str], depth: int) -> str:
    if array.ndim == 0:
        return element(array[()])
    size = len(array)
    if count < 0 or size <= 2 * count:
        shown = [_rows(array[index, ...], count, element, depth) for index in range(size)]
    else:
        shown = [_rows(array[index, ...], count, element, depth) for index in range(count)]
        shown.append("...")
        shown += [_rows(array[index, ...], count, element, depth) for index in range(size - count, size)]
    separator = " " if array.ndim == 1 else "\n" * (array.ndim - 1) + " " * (depth - array.ndim + 1)
    return f"[{separator.join(shown)}]"


def _element_format(dtype: Any) -> Callable[[Any], str]:
    if dtype.kind == "O":
        return lambda value: '"' + value.decode("utf-8", "backslashreplace") + '"'
    if dtype.kind == "b":
        return lambda value: "1" if value else "0"
    if dtype.kind == "c":
        return lambda value: f"({_number(value.real)},{_number(value.imag)})"
    if dtype.kind in "iu":
        return lambda value: str(int(value))
    return _number


def _number(value: Any) -> str:
    """The shorter of two fixed precisions that reads back as the same number (16-bit floats count as 32-bit)."""
    value = np.float64(value) if getattr(value, "dtype", None) == np.float64 else np.float32(value)
    short, long = (15, 17) if value.dtype == np.float64 else (6, 9)
    text = f"{value:.{short}g}"
    if np.isfinite(value) and value.dtype.type(text) != value:
        text = f"{value:.{long}g}"
    return text
