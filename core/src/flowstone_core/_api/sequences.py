"""Linspace, masks of lengths, repeat."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public("flowstone_core.ops.sequences", {"linspace": ".", "sequence_mask": ".", "repeat": "."})
