"""Cases for ``flowstone_core.ops.clip``."""

from __future__ import annotations

from flowstone_core.ops import clip as ops

from flowstone_conformance.case import Case
from flowstone_conformance.reference import elementwise
from flowstone_conformance.samples import FLOATS, array, sample

CASES = [
    Case(ops.CLIP_BY_VALUE, (sample(shape, dtype), low, high), elementwise(lambda x, lo, hi: min(max(x, lo), hi)))
    for dtype in (*FLOATS, "int32", "int64")
    for shape in ((), (3,), (2, 3), (0, 3))
    for low, high in (
        (array(-1, dtype), array(2, dtype)),
        (sample(shape, dtype, -3.0, -1.0), sample(shape, dtype, 1.0, 3.0)),
    )
]
