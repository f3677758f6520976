"""The strict mode: sums and products of many are computed one after another, in the order of the elements.

Otherwise they are computed in several lanes at a time and then put together, which is faster and, for sums, at least
as accurate as pairwise summation; but it is another order than a plain loop's. In strict mode float32 sums still add up
in float64, and the multiplications of matrix products and convolutions are still fused with their additions.
"""

from __future__ import annotations

import os

from flowstone_graphfn.plan import forget_plans

VARIABLE = "FLOWSTONE_SIMD_STRICT"
"""The environment variable that turns it on, with 1."""

_chosen: bool | None = None


def strict() -> bool:
    """Whether reductions keep the order of the elements."""
    if _chosen is not None:
        return _chosen
    return os.environ.get(VARIABLE, "") not in ("", "0")


def set_strict(enabled: bool | None) -> None:
    """Turn the strict mode on or off for what is compiled from now on; functions are compiled anew.

    Args:
        enabled: Whether it is on; None for what the environment variable says.
    """
    global _chosen
    _chosen = enabled
    forget_plans()
