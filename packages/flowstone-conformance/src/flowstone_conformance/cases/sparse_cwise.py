"""Cases for ``flowstone_core.ops.sparse_cwise``: each element meets one of the dense operand, broadcast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowstone_core.ops import sparse_cwise as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, number, store, truncated
from flowstone_conformance.samples import array


def met(function: Callable[[Any, Any], Any]) -> Callable[..., Array]:
    """A reference that applies a function to each element and the dense one at its place."""

    def reference(indices: Array, values: Array, shape: Array, dense: Array) -> Array:
        found = []
        for place, value in zip(indices.tolist(), values, strict=True):
            own = place[len(place) - dense.ndim :]
            at = tuple(0 if size == 1 else index for index, size in zip(own, dense.shape, strict=True))
            found.append(function(number(value), number(dense[at])))
        return store(found, values.dtype)

    return reference


def divided(x: Any, y: Any) -> Any:
    """Of integers cut towards zero."""
    return truncated(x, y) if isinstance(x, int) else x / y


_PLACES = array([[0, 1], [1, 0], [1, 2]], "int64")
_SHAPE = array([2, 3], "int64")

CASES = [
    Case(op, (_PLACES, array([5, -6, 7], dtype), _SHAPE, array(dense, dtype)), met(function))
    for op, function in (
        (ops.SPARSE_DENSE_CWISE_ADD, lambda x, y: x + y),
        (ops.SPARSE_DENSE_CWISE_MUL, lambda x, y: x * y),
        (ops.SPARSE_DENSE_CWISE_DIV, divided),
    )
    for dtype in ("float32", "float64", "float16", "bfloat16", "int32", "int64")
    for dense in ([[1, 2, 3], [4, 5, 6]], [[2], [3]], [1, 2, 3], 2)
]
