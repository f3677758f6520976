from __future__ import annotations

from flowstone_conformance import KernelConformance


class TestImage(KernelConformance):
    provider = "image"
