from __future__ import annotations

import pytest
from flowstone_conformance.commands import conformance
from flowstone_core.providers import UnknownProviderError


def test_the_command_runs_the_suite(capfd):
    assert conformance(["numpy", "-k", "Tanh-float64"]) == 0
    assert " passed" in capfd.readouterr().out


def test_an_unknown_provider_is_said():
    with pytest.raises(
        UnknownProviderError, match=r"flowstone conformance: no kernel provider is called 'mine'\. Inst"
    ):
        conformance(["mine"])


def test_help(capsys):
    with pytest.raises(SystemExit):
        conformance(["--help"])
    assert "its name, as flowstone plugins shows it" in capsys.readouterr().out
