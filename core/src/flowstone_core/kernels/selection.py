"""Numpy kernels of ``flowstone_core.ops.selection``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import selection as ops

KERNELS = KernelSet()


@KERNELS.add(ops.WHERE)
def where(x: Any) -> Any:
    """The indices of elements that are not 0, in row-major order."""
    if not x.ndim:
        raise SpecError("Where needs at least 1 dimension, got a scalar.")
    return np.argwhere(x).astype(np.int64, copy=False)


_LARGE = 4096
_BITS = {1: np.int8, 2: np.int16, 4: np.int32, 8: np.int64}


@KERNELS.add(ops.SELECT_V2, elementwise=True)
def select_v2(condition: Any, t: Any, e: Any) -> Any:
    """``numpy.where``; of large operands of one shape, by arithmetic on the bits: ``e ^ ((t ^ e) * condition)``.

    ``numpy.where`` branches at each element, which costs several times as much where the condition is irregular.
    """
    if not isinstance(t, np.ndarray):
        return t if condition else e
    if t.size < _LARGE or not condition.shape == t.shape == e.shape or t.dtype.kind == "O" or t.itemsize > 8:
        return np.where(condition, t, e)
    bits = _BITS[t.itemsize]
    if not (t.flags.c_contiguous and e.flags.c_contiguous):
        t, e = np.ascontiguousarray(t), np.ascontiguousarray(e)
    other = e.view(bits)
    chosen = np.bitwise_xor(t.view(bits), other)
    np.multiply(chosen, condition, out=chosen)
    np.bitwise_xor(chosen, other, out=chosen)
    return chosen.view(t.dtype)


@KERNELS.add(ops.SELECT)
def select(condition: Any, t: Any, e: Any) -> Any:
    """``numpy.where``; a vector chooses among rows."""
    if not isinstance(t, np.ndarray):
        return t if condition else e
    if t.shape != e.shape:
        raise ValueError  # the shape rule explains
    if condition.ndim == 1 and t.ndim > 1:
        condition = condition.reshape(-1, *(1,) * (t.ndim - 1))
    return np.where(condition, t, e)
