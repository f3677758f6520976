"""The table that flowstone reads; importing it imports no kernel."""

from __future__ import annotations

from flowstone_core.hookspecs import KernelProvider, hookimpl


@hookimpl
def flowstone_kernels() -> KernelProvider:
    """MatMul for floats, and Relu."""
    return KernelProvider(
        "acme",
        priority=30,  # above numpy (0), simd (10) and xla (20)
        kernels={"MatMul": "acme_kernels.kernels:MATMUL", "Relu": "acme_kernels.kernels:relu"},
        description="An example of an outside provider.",
    )
