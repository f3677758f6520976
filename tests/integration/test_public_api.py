"""The public names, their catalogue and stubs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import flowstone as tf
import pytest
from flowstone import _compose

ROOT = Path(__file__).parents[2]
NAMES = sorted(_compose.table())


def test_the_catalogue_and_the_stubs_are_current():
    script = ROOT / "packages" / "flowstone" / "write_api.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"nox -s api writes them:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("public", NAMES)
def test_every_name_can_be_touched(public):
    value: object = tf
    for part in public.split("."):
        value = getattr(value, part)


@pytest.mark.parametrize("public", NAMES)
def test_every_function_and_class_says_what_it_is(public):
    value: object = tf
    for part in public.split("."):
        value = getattr(value, part)
    of_flowstone = getattr(value, "__module__", "").startswith("flowstone")
    if callable(value) and of_flowstone and not hasattr(value, "DESCRIPTOR"):  # messages are documented in .proto files
        assert value.__doc__
