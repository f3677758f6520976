"""Numpy kernels of ``flowstone_core.ops.isotonic``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import isotonic as ops

KERNELS = KernelSet()


def _fit(row: list[float]) -> tuple[list[float], list[int]]:
    """Pool adjacent violators: a part whose mean is above that of the part before it joins that."""
    sums: list[float] = []
    counts: list[int] = []
    for value in row:
        total, count = value, 1
        while sums and total * counts[-1] > sums[-1] * count:
            total += sums.pop()
            count += counts.pop()
        sums.append(total)
        counts.append(count)
    fitted = [total / count for total, count in zip(sums, counts, strict=True) for _ in range(count)]
    return fitted, [number for number, count in enumerate(counts) for _ in range(count)]


@KERNELS.add(ops.ISOTONIC_REGRESSION)
def isotonic_regression(input: Any, *, output_dtype: DType) -> Any:
    """Row by row; a scalar is a row of one."""
    length = input.shape[-1] if input.ndim else 1
    rows = [_fit(row) for row in input.reshape(-1, length).astype(np.float64).tolist()] if input.size else []
    fitted = np.array([row[0] for row in rows]).reshape(input.shape)
    segments = np.array([row[1] for row in rows]).reshape(input.shape)
    return fitted.astype(output_dtype.numpy_dtype), segments.astype(np.int32)
