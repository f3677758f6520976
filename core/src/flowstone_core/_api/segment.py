"""Segment reductions."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.segment",
    {
        **{f"segment_{kind}": f"math.segment_{kind}" for kind in ("sum", "mean", "prod", "min", "max")},
        **{
            f"unsorted_segment_{kind}": f"math.unsorted_segment_{kind}"
            for kind in ("sum", "prod", "min", "max", "mean", "sqrt_n")
        },
        **{f"sparse_segment_{kind}": f"sparse.segment_{kind}" for kind in ("sum", "mean", "sqrt_n")},
    },
)
