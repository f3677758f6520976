"""Numpy kernels of ``flowstone_core.ops.sequences``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.errors import SpecError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import sequences as ops

KERNELS = KernelSet()


@KERNELS.add(ops.LIN_SPACE)
def lin_space(start: Any, stop: Any, num: Any) -> Any:
    """``start + i * (stop - start) / (num - 1)``, the last one exactly ``stop``."""
    count = int(num)
    if start.ndim or stop.ndim or count <= 0:
        raise SpecError(f"LinSpace takes scalars and a positive num, got num {count}.")
    working: Any = np.float64 if start.dtype == np.float64 else np.float32
    first, last = working(start), working(stop)
    result = first + np.arange(count, dtype=working) * ((last - first) / working(max(count - 1, 1)))
    if count > 1:
        result[-1] = last
    return result.astype(start.dtype, copy=False)
