from __future__ import annotations

import sys

import pytest
from flowstone_conformance import kernels
from flowstone_core import plugins

PLUGIN = """
import numpy
from flowstone_conformance.case import Case
from flowstone_core.ops.math import NEG

CASES = [Case(NEG, (numpy.ones(3, "float32"),), numpy.negative, note="theirs")]
TABLE = {table}
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Installs a distribution that brings cases, named by a table."""

    def install(table):
        (tmp_path / "theirs.py").write_text(PLUGIN.format(table=table))
        info = tmp_path / "theirs-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[flowstone.conformance]\ntheirs = theirs:TABLE\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "theirs", raising=False)
        forget()

    yield install
    monkeypatch.undo()
    forget()


def forget():
    plugins.forget()
    kernels.all_cases.cache_clear()


def test_hook_flowstone_conformance(installed):
    before = len(kernels.all_cases()["Neg"])
    installed('{"theirs": "theirs:CASES"}')
    cases = kernels.all_cases()["Neg"]
    assert len(cases) == before + 1
    assert cases[-1].note == "theirs"


def test_cases_that_cannot_be_loaded_are_an_error(installed):
    installed("1 / 0")
    with pytest.raises(plugins.PluginError, match="theirs .*ZeroDivisionError"):
        kernels.all_cases()
