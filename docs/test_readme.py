"""What README files show runs: every Python block, in a fresh folder; and the two commands are the real ones."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("*/README.md")), *sorted(ROOT.glob("packages/*/README.md"))]
PAGES = [page for page in PAGES if "```python" in page.read_text()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_blocks_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks:
        if block.startswith(">>>"):
            example = doctest.DocTestParser().get_doctest(block, names, page.name, str(page), 0)
            doctest.DebugRunner(optionflags=doctest.ELLIPSIS).run(example, clear_globs=False)
            names |= example.globs
        else:
            (tmp_path / "readme.py").write_text(block)  # AutoGraph reads the source of functions
            exec(compile(block, str(tmp_path / "readme.py"), "exec"), names)


def test_the_test_command_is_what_ci_runs():
    (command,) = re.findall(
        r"^python -m pip install .* && (python -m nox)$", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    assert command in (ROOT / ".ci" / "run").read_text()


def test_the_sessions_that_the_pages_name_exist():
    sessions = set(re.findall(r"^def (\w+)\(session: nox.Session", (ROOT / "noxfile.py").read_text(), re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        for named in re.findall(r"nox -s ((?:[a-z]+ ?)+)", (ROOT / page).read_text()):
            assert set(named.split()) <= sessions, named


def test_the_files_that_the_pages_name_exist():
    for page in ("README.md", "CONTRIBUTING.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text()):
            assert (ROOT / link).exists(), link
