"""A pytest plug-in for examples in docstrings: they see ``tf`` and ``np``, and run in a fresh folder.

``PYTHONPATH=docs pytest -p doctest_names --doctest-modules core/src``
"""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import flowstone as tf
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def _as_users_see_it(doctest_namespace: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    doctest_namespace |= {"tf": tf, "np": np}
    monkeypatch.setattr(builtins, "tf", tf, raising=False)  # annotations of an example's classes are looked up there
    monkeypatch.chdir(tmp_path)
