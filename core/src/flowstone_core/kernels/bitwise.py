"""Numpy kernels of ``flowstone_core.ops.bitwise``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.kernel import KernelSet
from flowstone_core.ops import bitwise as ops

KERNELS = KernelSet()

for _op, _ufunc in {
    ops.BITWISE_AND: np.bitwise_and,
    ops.BITWISE_OR: np.bitwise_or,
    ops.BITWISE_XOR: np.bitwise_xor,
    ops.INVERT: np.invert,
}.items():
    KERNELS.add(_op, out=True, elementwise=True)(_ufunc)


@KERNELS.add(ops.POPULATION_COUNT, elementwise=True)
def population_count(x: Any) -> Any:
    """The number of set bits (of two's complement, for negative numbers)."""
    return np.bitwise_count(x.view(f"u{x.dtype.itemsize}"))


def _places(x: Any, y: Any) -> Any:
    """Shift counts brought into [0, width)."""
    return np.clip(y, 0, 8 * x.dtype.itemsize - 1)


@KERNELS.add(ops.LEFT_SHIFT, elementwise=True)
def left_shift(x: Any, y: Any) -> Any:
    """Shift up."""
    return np.left_shift(x, _places(x, y))


@KERNELS.add(ops.RIGHT_SHIFT, elementwise=True)
def right_shift(x: Any, y: Any) -> Any:
    """Shift down."""
    return np.right_shift(x, _places(x, y))
