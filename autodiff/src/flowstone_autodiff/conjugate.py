"""The complex conjugate, free for real tensors."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops.complex import CONJ
from flowstone_core.tensor import EagerTensor


def conj(x: Any) -> Any:
    """``x``, conjugated if it is complex: rules of analytic functions conjugate the derivative."""
    if type(x) is EagerTensor and x._dtype._kind != "c":
        return x
    return CONJ(x) if x.dtype._kind == "c" else x
