"""Shared fixtures of autodiff's tests: the cases of gradients."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest


def _load_cases() -> Any:
    spec = spec_from_file_location("gradient_cases", Path(__file__).parent / "gradient_cases.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    import sys  # noqa: PLC0415 - dataclasses look their module up

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


gradient_cases = _load_cases()


@pytest.fixture(scope="session")
def cases() -> Any:
    return gradient_cases


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", gradient_cases.load(), ids=str)
