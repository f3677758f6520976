"""Element-wise arithmetic, comparisons, logic and casts."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.math",
    {
        "add": ". math.add",
        "subtract": ". math.subtract",
        "multiply": ". math.multiply",
        "negative": ". math.negative",
        "cast": ".",
        "less": ". math.less",
    },
)
