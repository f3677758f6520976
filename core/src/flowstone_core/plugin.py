"""What core itself offers through the hooks: its ops and the numpy kernels."""

from __future__ import annotations

from collections.abc import Mapping

from flowstone_core.hookspecs import KernelProvider, hookimpl
from flowstone_core.ops_index import FAMILY_OF


@hookimpl
def flowstone_ops() -> Mapping[str, str]:
    """Core's ops: each module registers its ops when it is imported."""
    return {op: f"flowstone_core.ops.{family}" for op, family in FAMILY_OF.items()}


@hookimpl
def flowstone_kernels() -> KernelProvider:
    """The numpy kernels, which any other provider may outbid."""
    return KernelProvider(
        "numpy",
        priority=0,
        kernels={op: f"flowstone_core.kernels.{family}:KERNELS" for op, family in FAMILY_OF.items()},
        description="The reference kernels of flowstone-core, on numpy.",
    )
