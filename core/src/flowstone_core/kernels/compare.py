"""Numpy kernels of ``flowstone_core.ops.compare``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import compare as ops

KERNELS = KernelSet()

for _op, _ufunc in {
    ops.LESS: np.less,
    ops.LESS_EQUAL: np.less_equal,
    ops.GREATER: np.greater,
    ops.GREATER_EQUAL: np.greater_equal,
    ops.LOGICAL_AND: np.logical_and,
    ops.LOGICAL_OR: np.logical_or,
    ops.LOGICAL_NOT: np.logical_not,
    ops.IS_FINITE: np.isfinite,
    ops.IS_INF: np.isinf,
    ops.IS_NAN: np.isnan,
}.items():
    KERNELS.add(_op, out=True, elementwise=True)(_ufunc)


def _compared(ufunc: np.ufunc, x: Any, y: Any, default: bool, strict: bool) -> Any:
    try:
        return ufunc(x, y)
    except ValueError:
        if strict:
            raise
        return np.array(default)


@KERNELS.add(ops.EQUAL, elementwise=True)
def equal(x: Any, y: Any, *, incompatible_shape_error: bool = True) -> Any:
    """Shapes that do not broadcast are unequal, unless that is an error."""
    return _compared(np.equal, x, y, False, incompatible_shape_error)


@KERNELS.add(ops.NOT_EQUAL, elementwise=True)
def not_equal(x: Any, y: Any, *, incompatible_shape_error: bool = True) -> Any:
    """Shapes that do not broadcast are unequal, unless that is an error."""
    return _compared(np.not_equal, x, y, True, incompatible_shape_error)


@KERNELS.add(ops.APPROXIMATE_EQUAL, elementwise=True)
def approximate_equal(x: Any, y: Any, *, tolerance: float) -> Any:
    """``|x - y| < tolerance``."""
    if x.shape != y.shape:
        raise SpecError(f"x and y must be of the same shape. x shape: {x.shape}. y shape: {y.shape}")
    return np.abs(x - y) < tolerance
