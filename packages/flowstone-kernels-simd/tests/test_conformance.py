"""The published suite on this provider."""

from __future__ import annotations

from flowstone_conformance import CompilerConformance, KernelConformance


class TestCompiler(CompilerConformance):
    provider = "simd"


class TestKernels(KernelConformance):
    provider = "simd"
