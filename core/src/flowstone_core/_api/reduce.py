"""Reductions, cumulative sums and products."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.reduce",
    {
        "argmax": ". math.argmax",
        "argmin": ". math.argmin",
        "count_nonzero": "math.count_nonzero",
        "reduce_euclidean_norm": "math.reduce_euclidean_norm",
        "reduce_std": "math.reduce_std",
        "reduce_variance": "math.reduce_variance",
    }
    | {f"reduce_{kind}": f". math.reduce_{kind}" for kind in "all any logsumexp max mean min prod sum".split()},
) | public(
    "flowstone_core.ops.cumulative",
    {
        "cumprod": "math.cumprod",
        "cumsum": ". math.cumsum",
        "cumulative_logsumexp": "math.cumulative_logsumexp",
    },
)
