"""Numpy kernels of ``flowstone_core.ops.math``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import math as ops

KERNELS = KernelSet()

_UFUNCS: dict[Any, np.ufunc] = {
    ops.ADD_V2: np.add,
    ops.SUB: np.subtract,
    ops.MUL: np.multiply,
    ops.NEG: np.negative,
    ops.LESS: np.less,
}
for _op, _ufunc in _UFUNCS.items():
    KERNELS.add(_op, out=True, elementwise=True)(_ufunc)


@KERNELS.add(ops.CAST)
def cast(x: Any, *, DstT: DType, Truncate: bool) -> Any:
    """Numpy's cast; complex numbers lose their imaginary part."""
    if x.dtype.kind == "c" and not DstT.is_complex:
        x = x.real
    return x.astype(DstT.numpy_dtype)
