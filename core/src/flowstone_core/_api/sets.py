"""``tf.sets``."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.sets",
    {
        "difference": "sets.difference",
        "intersection": "sets.intersection",
        "set_size": "sets.size",
        "union": "sets.union",
    },
)
