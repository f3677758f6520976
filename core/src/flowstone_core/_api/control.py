"""Groups and dependencies of operations."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.control",
    {"control_dependencies": ".", "group": ".", "no_op": ".", "tuple_of": "tuple"},
)
