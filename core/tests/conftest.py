"""Shared fixtures of core's tests."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from flowstone_core import plugins, providers

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """``install("name", {"group": {"entry": "module:attr"}}, module="source")``: a distribution that needs only
    ``sys.path``, as an outsider's installed wheel would look to ``importlib.metadata``."""

    made: list[str] = []

    def install(name: str, entry_points: Mapping[str, Mapping[str, str]], version: str = "1.0", **modules: str) -> None:
        site = tmp_path / name
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        lines = []
        for group, points in entry_points.items():
            lines += [f"[{group}]", *(f"{key} = {value}" for key, value in points.items())]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
        for module, source in modules.items():
            (site / f"{module}.py").write_text(textwrap.dedent(source))
            made.append(module)
        monkeypatch.syspath_prepend(site)
        plugins.forget()
        providers.set_kernel_providers(None)

    yield install
    monkeypatch.undo()
    for module in made:
        sys.modules.pop(module, None)
    plugins.forget()
    providers.set_kernel_providers(None)
