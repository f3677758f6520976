"""Shapes, identities, broadcasting."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.array",
    {
        "identity": ".",
        "identity_n": ".",
        "stop_gradient": ".",
        "guarantee_const": ".",
        "check_numerics": "debugging.check_numerics",
        "shape": ".",
        "shape_n": ".",
        "size": ".",
        "rank": ".",
        "reshape": ".",
        "expand_dims": ".",
        "squeeze": ".",
        "transpose": ".",
        "broadcast_to": ".",
        "broadcast_dynamic_shape": ".",
        "ensure_shape": ".",
        "bitcast": ".",
    },
)
