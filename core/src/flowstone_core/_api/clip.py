"""Values and norms kept within limits."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.clip",
    {
        "clip_by_global_norm": ".",
        "clip_by_norm": ".",
        "clip_by_value": ".",
        "global_norm": "linalg.global_norm",
        "saturate_cast": ". dtypes.saturate_cast",
    },
)
