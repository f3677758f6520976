"""Cases for ``flowstone_core.ops.qr``."""

from __future__ import annotations

from typing import Any

from flowstone_core.ops import qr as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import Array, product
from flowstone_conformance.samples import sample


def same(x: Array, **_: Any) -> Array:
    """The operand, which the factors must give back."""
    return x


CASES = [
    Case(ops.QR, (sample((*stack, *shape), dtype),), same, {"full_matrices": full}, tolerance=40, determined=product)
    for dtype in ("float32", "float64")
    for stack in ((), (2,))
    for shape in ((3, 3), (4, 2), (2, 4))
    for full in (False, True)
]
