"""The devices of this machine, in old words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flowstone_core.config import list_logical_devices


def list_local_devices(session_config: Any = None) -> list[SimpleNamespace]:
    """One object for each device, with ``name``, ``device_type`` and ``physical_device_desc``."""
    return [
        SimpleNamespace(name=each.name, device_type=each.device_type, memory_limit=0, physical_device_desc="")
        for each in list_logical_devices()
    ]
