"""The QR decomposition."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public("flowstone_core.ops.qr", {"qr": "linalg.qr"})
