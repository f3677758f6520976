from __future__ import annotations

import types

import flowstone as tf
import pytest
from flowstone import __about__, _versions


def test_programs_see_tensorflow_s_version():
    assert tf.__version__ == tf.version.VERSION == "2.21.0"
    assert tf.keras.__version__.startswith("3.")
    assert tf.flowstone_version == __about__.__version__


@pytest.mark.parametrize(
    ("version", "bounds", "fits"),
    [
        ("0.1.0", "<0.2,>=0.1", True),
        ("0.1.9", ">=0.1,<0.2", True),
        ("0.2.0", ">=0.1,<0.2", False),
        ("0.0.9", ">=0.1,<0.2", False),
        ("0.10.0", ">=0.2,<0.11", True),
        ("7.0", "", True),
    ],
)
def test_within(version, bounds, fits):
    assert _versions.within(version, bounds) is fits


def test_the_ranges_come_from_the_facade_s_own_metadata():
    assert set(_versions.declared_range("flowstone-core").split(",")) == {">=0.1", "<0.2"}
    assert set(_versions.declared_range("flowstone-summary").split(",")) == {">=0.1", "<0.2"}
    assert _versions.declared_range("flowstone-add-on") == ""


def test_a_component_outside_the_range_is_said_once():
    core = types.SimpleNamespace(name="core of tomorrow", distribution="flowstone-core", version="0.9.0")
    with pytest.warns(
        RuntimeWarning, match=r"works with flowstone-core .*, but 0\.9\.0 is installed\. Install a match"
    ):
        _versions.check_version(core)
    _versions.check_version(core)
