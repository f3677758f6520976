"""The choice of kernel providers."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.providers",
    {
        "get_kernel_providers": "config.get_kernel_providers",
        "kernel_providers": "config.kernel_providers",
        "set_kernel_providers": "config.set_kernel_providers",
    },
)
