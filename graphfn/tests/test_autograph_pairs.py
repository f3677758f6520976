"""Every construct nested in every construct, three ways: plain Python, converted on Python values, traced on tensors.

The constructs stand in ``autograph_constructs.py``. All programs are written to one file, so that AutoGraph finds
their source. ``tests/parity/test_pairs.py`` compares them, and more, with TensorFlow.
"""

from __future__ import annotations

import importlib.util
import runpy
from pathlib import Path

import pytest
from flowstone_core.api import tf
from flowstone_graphfn.autograph import api
from flowstone_graphfn.function import function

MADE = runpy.run_path(str(Path(__file__).with_name("autograph_constructs.py")))
CONSTRUCTS, VALUES, program = MADE["BASIC"], MADE["VALUES"], MADE["program"]


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """A module with all programs."""
    path = tmp_path_factory.mktemp("pairs") / "all_pairs.py"
    path.write_text(MADE["HEAD"] + "".join(program(f"{x}__{y}", x, y) for x in CONSTRUCTS for y in CONSTRUCTS))
    spec = importlib.util.spec_from_file_location("all_pairs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("outer", CONSTRUCTS)
def test_nested(programs, outer):
    for inner in CONSTRUCTS:
        target = getattr(programs, f"{outer}__{inner}")
        converted = api.to_graph(target)
        graph = function(target)
        for a, b, v in VALUES:
            expected = target(a, b, list(v), list(v))
            assert converted(a, b, list(v), list(v)) == expected, target.__name__
            got = graph(tf.constant(a), tf.constant(b), tf.constant(v), tf.constant(v)).numpy()
            assert got == expected, (target.__name__, a, b, v)
