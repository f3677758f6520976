"""The numpy kernel of ``flowstone_core.ops.qr``: LAPACK's Householder reflections, as in TensorFlow."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.kernel import KernelSet
from flowstone_core.ops import qr as ops

KERNELS = KernelSet()


@KERNELS.add(ops.QR)
def qr(input: Any, *, full_matrices: bool) -> tuple[Any, Any]:
    """Decompose each innermost matrix; half is computed in single precision."""
    if input.ndim < 2:
        raise ValueError  # the shape rule explains
    wide = input.astype(np.float32) if input.dtype == np.float16 else input
    q, r = np.linalg.qr(wide, mode="complete" if full_matrices else "reduced")
    return q.astype(input.dtype, copy=False), r.astype(input.dtype, copy=False)
