"""Random numbers that are functions of a seed."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.stateless_random",
    {
        "stateless_uniform": "random.stateless_uniform",
        "stateless_normal": "random.stateless_normal",
        "stateless_truncated_normal": "random.stateless_truncated_normal",
    },
)
