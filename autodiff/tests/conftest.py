"""Shared fixtures of autodiff's tests: the cases of gradients, and core's public functions with ``tf.raw_ops``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from flowstone_core.api import tf as core
from flowstone_core.op import REGISTRY
from flowstone_core.plugins import find_op, resolve


def _load_cases() -> Any:
    spec = spec_from_file_location("gradient_cases", Path(__file__).parent / "gradient_cases.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


gradient_cases = _load_cases()


class RawOps:
    """``tf.raw_ops``: every op by its name, with the schema's names as keywords."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        resolve(str(find_op(name)))
        op = REGISTRY[name]

        def execute(**arguments: Any) -> Any:
            inputs = [arguments.pop(arg.name) for arg in op.inputs]
            return op(*inputs, **{key: value for key, value in arguments.items() if key not in op.inferred_attrs})

        return execute


class Tf:
    """``tf`` with what cases need."""

    raw_ops = RawOps()

    def __getattr__(self, name: str) -> Any:
        return getattr(core, name)


@pytest.fixture(scope="session")
def tf() -> Any:
    return Tf()


@pytest.fixture(scope="session")
def cases() -> Any:
    return gradient_cases


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", gradient_cases.load(), ids=str)
