"""Concat, stack, split, tile."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.joining",
    {
        "stack": ".",
        "unstack": ".",
        "parallel_stack": ".",
        "concat": ".",
        "split": ".",
        "tile": ".",
        "meshgrid": ".",
    },
)
