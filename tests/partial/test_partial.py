"""The facade with one component missing, which FLOWSTONE_MISSING names: ``nox -s "partial(data)"`` installs it so."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import flowstone
import flowstone as tf
import pytest

MISSING = os.environ.get("FLOWSTONE_MISSING", "")
if not MISSING:
    pytest.skip("runs in an environment of its own: nox -s partial", allow_module_level=True)

INSTALLED = {distribution.name for distribution in distributions()}
CATALOGUE = dict(
    line.split(" ") for line in Path(flowstone.__file__).with_name("catalogue.txt").read_text().splitlines()
)
ABSENT = {
    name: component
    for name, component in CATALOGUE.items()
    if component != "flowstone" and f"flowstone-{component}" not in INSTALLED
}
PRESENT = sorted(CATALOGUE.keys() - ABSENT.keys())


def touch(public: str) -> object:
    value: object = tf
    for part in public.split("."):
        value = getattr(value, part)
    return value


def test_the_component_is_missing():
    assert f"flowstone-{MISSING}" not in INSTALLED
    assert MISSING not in tf.installed()
    assert MISSING in ABSENT.values()


@pytest.mark.parametrize("public", sorted(ABSENT))
def test_touching_what_is_missing_is_the_sentence(public):
    with pytest.raises(ImportError) as caught:
        touch(public)
    distribution = f"flowstone-{ABSENT[public]}"
    said = str(caught.value)
    assert said.endswith(
        f" comes with {distribution}, which is not installed. Install it with: pip install {distribution}"
    )
    subject = said.removeprefix("tf.").partition(" ")[0]
    assert public == subject or public.startswith(f"{subject}.")


def test_everything_else_is_there():
    missing = []
    for public in PRESENT:
        try:
            touch(public)
        except ImportError as error:
            missing.append(f"{public}: {error}")
    assert not missing, "\n".join(missing)


def test_dir_lists_only_what_is_there():
    listed = set(dir(tf))
    assert not listed & {name for name in ABSENT if "." not in name}
    assert {name for name in PRESENT if "." not in name} <= listed


def test_ops_compute():
    assert (tf.constant([1.0, 2.0]) + 1.0).numpy().tolist() == [2.0, 3.0]


def test_the_command_works():
    done = subprocess.run(
        [Path(sys.executable).with_name("flowstone"), "plugins"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "numpy" in done.stdout
    assert f"flowstone-{MISSING}" not in done.stdout
