from __future__ import annotations

import pytest
from flowstone import dropin

PROGRAM = """
    import sys

    import keras
    import tensorflow as tf
    import tensorflow.compat.v2 as tf2
    import tensorflow.keras.layers as L
    from tensorflow import keras as tf_keras
    from tensorflow.errors import NotFoundError
    from tensorflow.keras import layers
    from tensorflow.python.util import nest

    import flowstone

    assert tf is flowstone and tf_keras is keras is flowstone.keras and layers is L is keras.layers
    assert tf2.constant is tf.constant
    assert tf.__name__ == "flowstone" and tf.__spec__.name == "flowstone"
    assert NotFoundError is flowstone.errors.NotFoundError
    assert nest.flatten is tf.nest.flatten
    assert __name__ == "__main__"
    print(sys.argv[1:], tf.__version__)
"""


def test_a_script_runs_untouched(sandbox):
    script = sandbox.write("deep/script.py", PROGRAM)
    sandbox.write("deep/neighbour.py", "")
    done = sandbox.python("-W", "error", "-m", "flowstone.dropin", str(script), "a", "--b")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "['a', '--b'] 2.21.0\n"


def test_scripts_find_their_neighbours(sandbox):
    sandbox.write("deep/neighbour.py", "import tensorflow as tf; VALUE = tf.__version__")
    script = sandbox.write("deep/script.py", "import neighbour; print(neighbour.VALUE)")
    done = sandbox.python("-m", "flowstone.dropin", str(script))
    assert done.stdout == "2.21.0\n", done.stderr


def test_a_module_runs_untouched(sandbox):
    sandbox.write("package/__init__.py", "")
    sandbox.write("package/program.py", PROGRAM)
    done = sandbox.python("-m", "flowstone.dropin", "-m", "package.program", "c")
    assert done.stdout == "['c'] 2.21.0\n", done.stderr


def test_a_test_suite_runs_untouched(sandbox):
    sandbox.write("conftest.py", "import tensorflow as tf; VERSION = tf.__version__")
    sandbox.write("test_it.py", "import tensorflow as tf\ndef test_it(): assert tf.__name__ == 'flowstone'")
    done = sandbox.python("-m", "pytest", "-q", "-p", "flowstone.dropin", "-p", "no:cacheprovider", PYTEST_ADDOPTS="")
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_private_modules_are_a_clear_error(sandbox):
    said = sandbox.run("""
        import flowstone.dropin
        flowstone.dropin.install()
        flowstone.dropin.install()
        try: import tensorflow.python.eager.pywrap_tfe
        except ModuleNotFoundError as error: print(error)
        try: import keras.src.layers
        except ModuleNotFoundError as error: print(error.name)
    """)
    assert "tensorflow.python.eager.pywrap_tfe has no counterpart in flowstone" in said
    assert "keras.src" in said


def test_too_late_is_said(sandbox):
    sandbox.write("tensorflow.py", "")
    said = sandbox.run("""
        import tensorflow, flowstone.dropin
        try: flowstone.dropin.install()
        except RuntimeError as error: print(error)
    """)
    assert said.startswith("tensorflow was imported before flowstone.dropin.install()")


def test_help(sandbox):
    done = sandbox.python("-m", "flowstone.dropin")
    assert "python -m flowstone.dropin script.py" in done.stdout


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("tensorflow", "flowstone"),
        ("tensorflow.compat.v2", "flowstone.compat.v2"),
        ("tensorflow.compat.v2.data.experimental", "flowstone.data.experimental"),
        ("tensorflow.compat.v1", "flowstone.compat.v1"),
        ("keras.layers", "flowstone.keras.layers"),
        ("tensorflow.python.util", ""),
        ("tensorflow.contrib", None),
        ("tensorflow.core.util", ""),
        ("tensorflow.core.util.no_such_pb2", None),
        ("tensorflow.python.util.tf_inspect", ""),
    ],
)
def test_homes(theirs, ours):
    assert dropin.home(theirs) == ours
