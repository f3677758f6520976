"""The kernels: functions of arrays, with the op's attributes as keywords. They count their calls."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from flowstone_core.dtypes import float32, float64
from flowstone_core.kernel import Kernel
from numpy.typing import NDArray

CALLS: Counter[str] = Counter()
"""How often each kernel ran, to see that flowstone really uses them."""


def matmul(a: NDArray[Any], b: NDArray[Any], *, transpose_a: bool, transpose_b: bool, **hints: object) -> NDArray[Any]:
    """``op(a) op(b)``. ``hints`` are attributes that change nothing (``grad_a``, ``grad_b``)."""
    CALLS["MatMul"] += 1
    result: NDArray[Any] = np.einsum("ij,jk->ik", a.T if transpose_a else a, b.T if transpose_b else b)
    return result


def relu(features: NDArray[Any]) -> NDArray[Any]:
    """``max(features, 0)``, for every dtype that the op has."""
    CALLS["Relu"] += 1
    return np.maximum(features, features.dtype.type(0))


# A plain function serves all dtypes of its op; a Kernel says which. The others fall to the next provider.
MATMUL = Kernel(matmul, dtypes=frozenset({float32, float64}))
