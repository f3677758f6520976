"""Zeros, ones, constants, ranges, one-hot vectors."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.filling",
    {
        "fill": ".",
        "zeros": ".",
        "ones": ".",
        "zeros_like": ".",
        "ones_like": ".",
        "eye": ". linalg.eye",
        "range": ".",
        "one_hot": ".",
    },
)
