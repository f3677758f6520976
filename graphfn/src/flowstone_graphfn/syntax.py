"""Which kernels Python's own operators can stand for, and how a plan writes them.

An operator takes the place of a kernel only if the kernel is exactly the function named here: another provider's
kernel is called as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from flowstone_core import dtypes
from flowstone_core.dtypes import DType
from flowstone_core.kernels import compare, linalg, math

ANYWHERE: Final[dict[Any, str]] = {
    np.add: "{} + {}",
    np.subtract: "{} - {}",
    np.multiply: "{} * {}",
    np.true_divide: "{} / {}",
    np.negative: "-{}",
    np.less: "{} < {}",
    np.less_equal: "{} <= {}",
    np.greater: "{} > {}",
    np.greater_equal: "{} >= {}",
    np.logical_and: "{} & {}",
    np.logical_or: "{} | {}",
}
"""For arrays and numpy scalars alike."""

SCALARS: Final[dict[Any, str]] = {
    np.square: "{0} * {0}",
    np.abs: "abs({})",
    np.logical_not: "not {}",
    compare.equal: "{} == {}",
    compare.not_equal: "{} != {}",
}
"""For numpy scalars alone."""

DIVISIONS: Final[dict[Any, str]] = {
    math.floor_div_int: "{} // {}",
    math.floor_mod_int: "{} % {}",
}
"""For integer scalars whose divisor is a constant that is not zero."""

SCALAR_TYPES: Final = frozenset(
    getattr(dtypes, name) for name in "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64".split()
)
"""Types whose scalars a plan may hold as numpy scalars."""

OPERATOR_TYPES: Final = SCALAR_TYPES | {dtypes.complex64, dtypes.complex128}
"""Types of arrays for which operators do what ufuncs do."""


def array_template(kernel: Callable[..., Any], dtype: DType | None, attrs: dict[str, Any]) -> str | None:
    """How to write ``kernel`` on arrays as an operator, or None."""
    if kernel is linalg.matmul and dtype in (dtypes.float32, dtypes.float64):
        left = "{}.T" if attrs["transpose_a"] else "{}"
        return f"{left} @ " + ("{}.T" if attrs["transpose_b"] else "{}")
    if attrs or dtype not in OPERATOR_TYPES:
        return None
    return _found(ANYWHERE, kernel)


def scalar_template(kernel: Callable[..., Any], dtype: DType | None) -> str | None:
    """How to write ``kernel`` on numpy scalars as an operator, or None."""
    if dtype not in SCALAR_TYPES:
        return None
    return _found(ANYWHERE, kernel) or _found(SCALARS, kernel)


def _found(table: dict[Any, str], kernel: Callable[..., Any]) -> str | None:
    try:
        return table.get(kernel)
    except TypeError:  # a kernel that cannot be hashed
        return None
