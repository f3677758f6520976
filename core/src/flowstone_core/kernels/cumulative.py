"""Numpy kernels of ``flowstone_core.ops.cumulative``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.precision import add_with_narrow
from flowstone_core.ops import cumulative as ops

KERNELS = KernelSet()


def _accumulate(ufunc: np.ufunc, start: float, x: Any, axis: Any, exclusive: bool, reverse: bool) -> Any:
    if axis.ndim:
        raise SpecError(f"ScanOp: tensor axis must be a scalar, got shape {axis.shape}.")
    at, rank = int(axis), x.ndim
    if not -rank <= at < rank:
        raise SpecError(f"Expected scan axis in the range [{-rank}, {rank}), but got {at}.")
    if reverse:
        x = np.flip(x, at)
    if x.size == 0:
        result = x
    elif exclusive:
        result = np.empty_like(x)
        moved, source = np.moveaxis(result, at, 0), np.moveaxis(x, at, 0)
        moved[0] = start
        ufunc.accumulate(source[:-1], axis=0, dtype=x.dtype, out=moved[1:])
    else:
        result = ufunc.accumulate(x, axis=at, dtype=x.dtype)
    return np.flip(result, at) if reverse else result


@add_with_narrow(KERNELS, ops.CUMSUM)
def cumsum(x: Any, axis: Any, *, exclusive: bool, reverse: bool) -> Any:
    """Running sums."""
    return _accumulate(np.add, 0, x, axis, exclusive, reverse)


@add_with_narrow(KERNELS, ops.CUMPROD)
def cumprod(x: Any, axis: Any, *, exclusive: bool, reverse: bool) -> Any:
    """Running products."""
    return _accumulate(np.multiply, 1, x, axis, exclusive, reverse)


@add_with_narrow(KERNELS, ops.CUMULATIVE_LOGSUMEXP)
def cumulative_logsumexp(x: Any, axis: Any, *, exclusive: bool, reverse: bool) -> Any:
    """Running ``log(exp(a) + exp(b))``."""
    return _accumulate(np.logaddexp, -np.inf, x, axis, exclusive, reverse)
