"""Unique values, places in sorted sequences, coordinates, sorting."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.searching",
    {
        "unique": ".",
        "unique_with_counts": ".",
        "setdiff1d": "compat.v1.setdiff1d",
        "searchsorted": ".",
        "unravel_index": ".",
        "edit_distance": ".",
    },
) | public("flowstone_core.ops.sort", {"sort": ".", "argsort": "."})
