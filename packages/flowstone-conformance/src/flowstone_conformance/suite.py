"""The suite without a test file of yours: ``flowstone conformance NAME`` runs it."""

from __future__ import annotations

import pytest

from flowstone_conformance.kernels import KernelConformance


class TestKernels(KernelConformance):
    """The kernels of the provider that ``--flowstone-provider`` names."""

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        """As for every provider."""
        cls.provider = metafunc.config.getoption("--flowstone-provider")
        super().pytest_generate_tests(metafunc)
