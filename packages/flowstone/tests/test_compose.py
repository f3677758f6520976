from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import flowstone
import flowstone as tf
import flowstone.keras.layers as imported_as
import pytest
from flowstone import _compose, keras
from flowstone._namespaces import ALIASES, NAMESPACES
from flowstone.keras import layers
from flowstone_core.tensor import Tensor

SOURCE = Path(flowstone.__file__).parent


def test_the_four_ways_to_import():
    assert tf.keras is keras
    assert keras.layers is layers is imported_as


def test_names_come_from_the_components():
    assert tf.Tensor is Tensor
    assert tf.constant([1, 2]).shape == [2]
    assert "constant" in dir(tf)
    assert "errors" in dir(tf)
    assert tf.compat.v2.constant is tf.constant
    assert tf.compat.v2.errors is tf.errors


def test_the_second_touch_is_an_attribute():
    tf.constant  # noqa: B018
    assert vars(flowstone)["constant"] is tf.constant


def test_star_import_gives_the_public_names():
    names: dict[str, object] = {}
    exec("from flowstone.errors import *", names)
    assert names["NotFoundError"] is tf.errors.NotFoundError


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="module 'flowstone' has no attribute 'nothing'"):
        tf.nothing  # noqa: B018
    with pytest.raises(AttributeError, match=r"module 'flowstone\.errors' has no attribute 'Nothing'"):
        tf.errors.Nothing  # noqa: B018
    assert not hasattr(tf, "nothing")
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        exec("from flowstone import nothing")


def test_importing_imports_nothing_else():
    code = "import sys, flowstone.keras.layers; print([m for m in sys.modules if m in ('numpy', 'flowstone_core')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("space", sorted(NAMESPACES))
def test_every_namespace_is_a_folder(space):
    folder = SOURCE.joinpath(*space.split("."))
    assert (folder / "__init__.py").exists()
    assert (folder / "__init__.pyi").exists()
    head, _, _ = space.rpartition(".")
    assert not head or head in NAMESPACES


def test_every_folder_is_a_namespace():
    folders = {".".join(path.parent.relative_to(SOURCE).parts) for path in SOURCE.rglob("__init__.py")}
    assert folders - {"", "_private"} == NAMESPACES
    assert ALIASES.keys() <= NAMESPACES


def test_the_installed_components():
    assert {"core", "flowstone"} <= tf.installed().keys()


MISSING = """
    import flowstone as tf
    from flowstone import _compose
    _compose.catalogue.cache_clear()
    _compose.CATALOGUE = __import__("pathlib").Path("catalogue.txt")
"""


@pytest.mark.parametrize(
    ("touch", "public"),
    [
        ("tf.Flute", "Flute"),
        ("from flowstone import Flute", "Flute"),
        ("tf.queue.Oboe", "queue"),
        ("import flowstone.queue; flowstone.queue.Oboe", "queue.Oboe"),
        ("from flowstone.queue import Oboe", "queue.Oboe"),
    ],
)
def test_a_missing_component_is_one_sentence(sandbox, touch, public):
    sandbox.write("catalogue.txt", "Flute brass\nqueue.Oboe brass\n")
    said = sandbox.run(
        f"{MISSING}\n    try: {touch}\n    except ImportError as error: print(type(error).__name__, error)"
    )
    assert said == (
        f"MissingComponentError tf.{public} comes with flowstone-brass, which is not installed. "
        "Install it with: pip install flowstone-brass"
    )


def test_a_broken_component_gives_its_reason(sandbox):
    sandbox.write("catalogue.txt", "Flute brass\n")
    sandbox.install("flowstone-brass", "1.0", "flowstone.api", "brass = brass:PUBLIC", brass="raise OSError('no air')")
    said = sandbox.run(f"{MISSING}\n    try: tf.Flute\n    except ImportError as error: print(error)")
    assert said == "tf.Flute comes with flowstone-brass 1.0, which failed to load: OSError: no air"


def test_a_name_claimed_twice_names_both(sandbox):
    for name in ("brass", "wood"):
        source = f"PUBLIC = {{'Flute': '{name}:Flute'}}"
        sandbox.install(f"flowstone-{name}", "1.0", "flowstone.api", f"{name} = {name}:PUBLIC", **{name: source})
    said = sandbox.run("""
        import flowstone as tf
        try: tf.Flute
        except Exception as error: print(type(error).__name__, error)
    """)
    assert said.startswith("PluginConflictError 'Flute' of flowstone.api is claimed by flowstone-brass 1.0")
    assert "flowstone-wood 1.0" in said


def test_an_add_on_gives_names(sandbox):
    sandbox.install(
        "flowstone-brass", "1.0", "flowstone.api", "brass = brass:PUBLIC", brass="PUBLIC = {'audio.pi': 'math:pi'}"
    )
    assert sandbox.run("import flowstone as tf; print(tf.audio.pi, tf.installed()['brass'])") == "3.141592653589793 1.0"


def test_pickles_under_the_real_home():
    assert pickle.dumps(tf.TensorShape) == pickle.dumps(type(tf.TensorShape([])))
    assert b"flowstone_core" in pickle.dumps(tf.TensorShape)


def test_missing_is_none_for_names_nobody_has():
    assert _compose._missing("nothing") is None
