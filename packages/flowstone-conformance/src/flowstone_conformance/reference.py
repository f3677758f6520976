"""What results must be, computed one Python number at a time: no kernel, no whole-array arithmetic.

Floats are computed in Python's double precision and rounded once to the dtype; integers are exact and wrap around.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def broadcast(*shapes: Sequence[int]) -> tuple[int, ...]:
    """The shape of operands of these shapes: aligned at the right, sizes of 1 stretch."""
    rank = max(map(len, shapes), default=0)
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    return tuple(next((size for size in sizes if size != 1), 1) for sizes in zip(*padded, strict=True))


def at(array: Array, index: tuple[int, ...]) -> Any:
    """The Python number of an operand that meets a place of the broadcast result."""
    own = index[len(index) - array.ndim :]
    return number(array[tuple(i if size != 1 else 0 for i, size in zip(own, array.shape, strict=True))])


def number(value: Any) -> Any:
    """A numpy scalar as a Python bool, int, float or complex."""
    kind = value.dtype.kind
    if kind == "b":
        return bool(value)
    if kind in "iu":
        return int(value)
    return complex(value) if kind == "c" else float(value)


def store(values: Any, dtype: np.dtype[Any]) -> Array:
    """Python numbers as an array: integers wrap around, floats round once."""
    if dtype.kind in "iu":
        bits = 8 * dtype.itemsize
        wrapped = [int(value) % (1 << bits) for value in values]
        if dtype.kind == "i":
            wrapped = [value - (1 << bits) if value >= 1 << (bits - 1) else value for value in wrapped]
        return np.array(wrapped, dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array(list(values), np.complex128 if dtype.kind == "c" else None).astype(dtype)


def elementwise(function: Callable[..., Any], dtype: str | None = None) -> Callable[..., Array]:
    """A reference that applies a function of Python numbers at every broadcast place."""

    def reference(*arrays: Array, **attrs: Any) -> Array:
        shape = broadcast(*(array.shape for array in arrays))
        out = arrays[0].dtype if dtype is None else np.dtype(dtype)
        values = [quietly(function, *(at(array, index) for array in arrays), **attrs) for index in np.ndindex(shape)]
        return store(values, out).reshape(shape)

    return reference


def of_each(function: Callable[..., Any], dtype: str = "object") -> Callable[..., Array]:
    """A reference that applies a function of one byte string to each element; attributes go along."""

    def reference(x: Array, **attrs: Any) -> Array:
        out = np.empty(x.shape, dtype)
        for index in np.ndindex(x.shape):
            out[index] = function(x[index], **attrs)
        return out

    return reference


def result(*outputs: Array) -> Callable[..., tuple[Array, ...]]:
    """A reference for operands whose result is written down."""
    return lambda *operands, **attrs: outputs


def quietly(function: Callable[..., Any], *values: Any, **attrs: Any) -> Any:
    """A function of numbers where Python raises and floating point does not: NaN outside a domain, or infinity."""
    try:
        return function(*values, **attrs)
    except OverflowError:
        return math.inf
    except (ValueError, ZeroDivisionError):
        return math.nan


def divide(x: Any, y: Any) -> Any:
    """Division as floating point has it: by zero it is infinite, zero by zero is not a number."""
    if y == 0 and isinstance(x, complex):
        return complex(math.nan, math.nan)
    if y == 0:
        return math.nan if x == 0 or math.isnan(x) else math.copysign(math.inf, x) * math.copysign(1.0, y)
    return x / y


def truncated(x: Any, y: Any) -> Any:
    """Division rounded towards zero."""
    if isinstance(x, int):
        return abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
    return math.trunc(x / y)


def nan_or(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A function of two numbers that is NaN where either is."""

    def either(x: Any, y: Any) -> Any:
        return math.nan if x != x or y != y else function(x, y)

    return either


def analytic(real: Callable[[float], float], other: Callable[[complex], complex]) -> Callable[[Any], Any]:
    """A function of real or of complex numbers."""

    def either(x: Any) -> Any:
        return other(x) if isinstance(x, complex) else real(x)

    return either


def log(x: Any) -> Any:
    """The natural logarithm; of zero it is minus infinity."""
    if x == 0:
        return -math.inf
    return cmath.log(x) if isinstance(x, complex) else math.log(x)


def indices(shape: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every index of a shape, the last dimension fastest."""
    return np.ndindex(*shape)


def gathered(shape: Sequence[int], dtype: np.dtype[Any], value: Callable[[tuple[int, ...]], Any]) -> Array:
    """An array filled place by place."""
    out = np.empty(tuple(shape), dtype)
    for index in indices(shape):
        out[index] = value(index)
    return out


def product(a: Array, b: Array) -> Array:
    """The matrix product of two stacks of matrices that broadcast, summed in exact order."""
    stack = broadcast(a.shape[:-2], b.shape[:-2])
    rows, inner, columns = a.shape[-2], a.shape[-1], b.shape[-1]

    def matrix(array: Array, index: tuple[int, ...]) -> Array:
        own = index[len(index) - (array.ndim - 2) :]
        found: Array = array[tuple(i if size != 1 else 0 for i, size in zip(own, array.shape[:-2], strict=True))]
        return found

    values = []
    for index in indices(stack):
        x, y = matrix(a, index), matrix(b, index)
        for row in range(rows):
            for column in range(columns):
                terms = [number(x[row, k]) * number(y[k, column]) for k in range(inner)]
                values.append(sum(terms) if a.dtype.kind in "iuc" else math.fsum(terms))
    return store(values, a.dtype).reshape(*stack, rows, columns)
