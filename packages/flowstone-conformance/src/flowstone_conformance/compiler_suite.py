"""The suite of compilers without a test file of yours: ``flowstone conformance NAME`` runs it."""

from __future__ import annotations

import pytest

from flowstone_conformance.compilers import CompilerConformance


class TestCompiler(CompilerConformance):
    """The compiler of the provider that ``--flowstone-provider`` names."""

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        """As for every compiler."""
        cls.provider = metafunc.config.getoption("--flowstone-provider")
        super().pytest_generate_tests(metafunc)
