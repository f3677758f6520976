"""What flowstone-conformance offers through core's hooks: its command."""

from __future__ import annotations

from collections.abc import Mapping

from flowstone_core.hookspecs import hookimpl


@hookimpl
def flowstone_commands() -> Mapping[str, str]:
    """``flowstone conformance PROVIDER``."""
    return {"conformance": "flowstone_conformance.commands:conformance"}
