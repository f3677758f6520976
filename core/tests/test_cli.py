from __future__ import annotations

import pytest
from flowstone_core import __about__
from flowstone_core.cli import main

GREET = """
    def greet(arguments):
        '''Say hello.

        To everybody.
        '''
        print("hello", *arguments)
        return 3 if arguments else None
"""


@pytest.fixture
def greeting(install):
    install(
        "outside",
        {"flowstone.commands": {"mine": "outside_commands:T"}},
        outside_commands="T = {'greet': 'outside_greet:greet', 'lost': 'outside_nothing:f'}",
        outside_greet=GREET,
    )


def test_hook_flowstone_commands(greeting, capsys):
    assert main(["greet", "world", "--now"]) == 3
    assert capsys.readouterr().out == "hello world --now\n"
    assert main(["greet"]) == 0


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_lists_every_command_also_when_one_is_broken(greeting, capsys, arguments):
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert "  greet          Say hello.\n" in text
    assert "  lost           (cannot be loaded: ModuleNotFoundError: No module named 'outside_nothing')" in text
    assert "  plugins  " in text


def test_plugins_shows_providers_and_reasons(install, capsys):
    install("broken", {"flowstone.kernels": {"fast": "broken_fast"}}, broken_fast="raise ImportError('no libfast')")
    assert main(["plugins"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["provider", "distribution", "version", "priority", "ops", "state", "reason"]
    numpy_row = next(line.split() for line in lines if line.startswith("numpy "))
    assert numpy_row[:4] == ["numpy", "flowstone-core", __about__.__version__, "0"]
    assert numpy_row[5:] == ["in", "use"]
    fast_row = next(line.split() for line in lines if line.startswith("fast "))
    assert fast_row == ["fast", "broken", "1.0", "failed", "ImportError:", "no", "libfast"]


def test_plugins_says_what_is_not_selected(install, capsys, monkeypatch):
    source = """
        from flowstone_core.hookspecs import KernelProvider, hookimpl

        @hookimpl
        def flowstone_kernels():
            return KernelProvider("mine", priority=30, kernels={"Relu": "m:relu"})
    """
    install("outside", {"flowstone.kernels": {"mine": "outside_mine"}}, outside_mine=source)
    monkeypatch.setenv("FLOWSTONE_KERNELS", "numpy")
    assert main(["plugins"]) == 0
    row = next(line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("mine "))
    assert row == ["mine", "outside", "1.0", "30", "1", "not", "selected"]
    assert main(["plugins", "--ops", "mine"]) == 0
    assert capsys.readouterr().out == "Relu\n"
    assert main(["plugins", "--ops", "nobody"]) == 2
    assert "no kernel provider is called 'nobody'. Installed: mine, " in capsys.readouterr().err


def test_version(capsys):
    assert main(["--version"]) == 0
    assert f"flowstone-core {__about__.__version__}\n" in capsys.readouterr().out


def test_doctor_is_content(capsys):
    assert main(["doctor"]) == 0
    assert "numpy" in capsys.readouterr().out


def test_doctor_finds_what_is_broken_and_what_is_at_odds(install, capsys):
    install("broken", {"flowstone.kernels": {"fast": "broken_2"}}, broken_2="raise ImportError('no libfast')")
    install("first", {"flowstone.commands": {"one": "first_c:T"}}, first_c="T = {'go': 'a:b'}")
    install("second", {"flowstone.commands": {"two": "second_c:T"}}, second_c="T = {'go': 'c:d'}")
    assert main(["doctor"]) == 1
    text = capsys.readouterr().out
    assert "problem: flowstone.kernels: fast (broken 1.0) failed to load: ImportError: no libfast" in text
    assert "problem: 'go' of flowstone.commands is claimed by first 1.0 (a:b) and second 1.0 (c:d)" in text


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("plugin", "Did you mean plugins?"),
        ("qqqq", "There are: "),
    ],
)
def test_an_unknown_command_is_one_line_of_advice(capsys, name, advice):
    assert main([name]) == 2
    assert advice in capsys.readouterr().err
