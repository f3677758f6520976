"""Numpy kernels of ``flowstone_core.ops.complex``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import complex as ops
from flowstone_core.typelists import COMPLEX_KERNELS

KERNELS = KernelSet()

KERNELS.add(ops.CONJ, dtypes=COMPLEX_KERNELS, out=True, elementwise=True)(np.conj)


@KERNELS.add(ops.COMPLEX, elementwise=True)
def complex_from_parts(real: Any, imag: Any, *, Tout: DType) -> Any:
    """Join the two parts."""
    result = np.empty(np.broadcast_shapes(real.shape, imag.shape), Tout.numpy_dtype)
    result.real = real
    result.imag = imag
    return result


@KERNELS.add(ops.REAL, elementwise=True)
def real(input: Any, *, Tout: DType) -> Any:
    """The real parts."""
    return input.real.astype(Tout.numpy_dtype)


@KERNELS.add(ops.IMAG, elementwise=True)
def imag(input: Any, *, Tout: DType) -> Any:
    """The imaginary parts."""
    return input.imag.astype(Tout.numpy_dtype)


@KERNELS.add(ops.ANGLE, elementwise=True)
def angle(input: Any, *, Tout: DType) -> Any:
    """The arguments."""
    return np.arctan2(input.imag, input.real).astype(Tout.numpy_dtype)
