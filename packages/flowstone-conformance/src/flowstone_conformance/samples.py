"""Operands: deterministic, of every dtype, with the shapes and the special values that kernels get wrong."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from flowstone_core.dtypes import as_dtype
from numpy.typing import NDArray

HALVES = ("float16", "bfloat16")
FLOATS = ("float32", "float64", *HALVES)
INTS = ("int32", "int64", "int8", "int16", "uint8", "uint16", "uint32", "uint64")
COMPLEX = ("complex64", "complex128")
NUMBERS = (*FLOATS, *INTS, *COMPLEX)

SPECIALS = (math.nan, math.inf, -math.inf, 0.0, -0.0, 1.5, -2.0)
"""The floats whose arithmetic is a matter of convention."""

SHAPES = ((), (1,), (3,), (2, 3), (0,), (2, 0, 3), (17,), (2, 3, 5))
"""Shapes for ops of one operand: 0-d, empty, odd sizes that no vector width divides."""

PAIRS = (((), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 3)), ((0, 3), (3,)), ((37,), (37,)))
"""Shapes for ops of two operands that broadcast."""


def numpy_type(name: str) -> np.dtype[Any]:
    """The numpy type of a dtype's name, bfloat16 included."""
    return as_dtype(name).numpy_dtype


def array(values: Any, dtype: str) -> NDArray[Any]:
    """An array of a dtype by name."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(values).astype(numpy_type(dtype))


def text(values: Any) -> NDArray[Any]:
    """An array of byte strings from nested lists of strings (or from one); text becomes UTF-8."""
    found: Any = np.array(values, object)
    for index in np.ndindex(found.shape):
        if isinstance(found[index], str):
            found[index] = found[index].encode()
    result: NDArray[Any] = found
    return result


def sample(shape: Sequence[int], dtype: str, low: float = -4.0, high: float = 4.0, seed: int = 0) -> NDArray[Any]:
    """Values between ``low`` and ``high`` in no order, the same in every run, exact in the dtype."""
    size = math.prod(shape)
    places = [((i * 37 + seed * 53 + 11) % 101) / 101 for i in range(size)]
    if dtype == "bool":
        values: list[Any] = [place < 0.5 for place in places]
    elif dtype.startswith(("int", "uint")):
        low = max(low, 0.0) if dtype.startswith("u") else low
        values = [math.floor(low + (high - low) * place) for place in places]
    elif dtype.startswith("complex"):
        values = [complex(low + (high - low) * p, low + (high - low) * ((p * 7) % 1)) for p in places]
    else:
        values = [low + (high - low) * place for place in places]
    return array(np.array(values, dtype=object if not size else None).reshape(tuple(shape)), dtype)


def unary(dtypes: Sequence[str], low: float, high: float) -> Iterator[tuple[NDArray[Any]]]:
    """Operands for an op of one operand: all shapes in the first dtype, a few in the others."""
    for place, dtype in enumerate(dtypes):
        for shape in SHAPES if place == 0 else SHAPES[3:7]:
            yield (sample(shape, dtype, low, high),)


def binary(
    dtypes: Sequence[str], low: float, high: float, divisor: bool = False
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Operands for an op that broadcasts two; with ``divisor`` the second has no zeros."""
    for place, dtype in enumerate(dtypes):
        for first, second in PAIRS if place == 0 else PAIRS[2:6]:
            x, y = sample(first, dtype, low, high), sample(second, dtype, low, high, seed=1)
            yield x, (array(np.where(y == 0, np.ones_like(y), y), dtype) if divisor else y)


def special(dtype: str, operands: int) -> tuple[NDArray[Any], ...]:
    """All combinations of the special floats, one array for each operand."""
    return tuple(array(column, dtype) for column in zip(*itertools.product(SPECIALS, repeat=operands), strict=True))
