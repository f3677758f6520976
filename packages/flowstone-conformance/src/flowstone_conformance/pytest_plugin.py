"""The pytest plug-in: the option that names a provider, and failures that say what differs."""

from __future__ import annotations

import pytest

# pytest rewrites assertions in test files only; these modules hold the suite's.
pytest.register_assert_rewrite(
    "flowstone_conformance.case", "flowstone_conformance.kernels", "flowstone_conformance.compilers"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--flowstone-provider``, which ``flowstone_conformance.suite`` reads."""
    group = parser.getgroup("flowstone", "flowstone's conformance suite")
    group.addoption("--flowstone-provider", metavar="NAME", default="numpy", help="the kernel provider to test")
