"""Numpy kernels of ``flowstone_core.ops.clock``."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from flowstone_core.kernel import KernelSet
from flowstone_core.ops import clock as ops

KERNELS = KernelSet()


@KERNELS.add(ops.TIMESTAMP)
def timestamp() -> Any:
    """Seconds since 1970."""
    return np.array(time.time())
