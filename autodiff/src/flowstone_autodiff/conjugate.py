"""The complex conjugate, free for real tensors."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops.complex import CONJ


def conj(x: Any) -> Any:
    """``x``, conjugated if it is complex: rules of analytic functions conjugate the derivative."""
    return CONJ(x) if x.dtype._kind == "c" else x
