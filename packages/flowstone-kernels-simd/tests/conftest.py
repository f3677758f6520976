"""Parts are compiled at the first call, and failures raise."""

from __future__ import annotations

import pytest
from flowstone_kernels_simd import compiler


@pytest.fixture(autouse=True)
def _at_once(monkeypatch, tmp_path_factory):
    monkeypatch.setenv(compiler.WHEN_VARIABLE, "always")
    monkeypatch.setenv("FLOWSTONE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def natively():
    """Call a traced function, and see that all of it ran as native code."""

    def call(traced, *arguments):
        result = traced(*arguments)
        plan = traced.get_concrete_function(*arguments).graph_function.plan
        assert plan.compiled, plan.describe()
        for compiled in plan.compiled:
            runner = compiled.executable.run.__self__
            assert not runner.failure, runner.failure
        return result

    return call
