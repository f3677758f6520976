"""How many Python calls, in how many files, an op, a layer, a traced call make.

TensorFlow 2.21, counted alike: ``x + x`` 22 calls in 9 files, ``tf.add`` 36 in 11, ``Dense(3)(x)`` 732 in 57, the first
call of a two-op function 15,147 in 107, its second call 229 in 26. A budget is what was measured and a little room:
raise one only with a reason.
"""

from __future__ import annotations

import subprocess
import sys

import flowstone as tf
import pytest

X = tf.constant([1.0, 2.0])
MATRIX = tf.constant([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("function", "calls", "files"),
    [
        (lambda: X + X, 2, 2),
        (lambda: tf.add(X, X), 2, 2),
        (lambda: tf.exp(X), 2, 2),
        (lambda: X + 1.0, 24, 8),
        (lambda: tf.matmul(MATRIX, MATRIX), 36, 9),
        (lambda: tf.reduce_sum(MATRIX), 56, 9),
        (lambda: tf.reshape(MATRIX, [4]), 40, 7),
        (lambda: MATRIX[0], 2, 2),
        (lambda: tf.constant(1.0), 5, 2),
    ],
    ids=["x+x", "add", "exp", "x+1", "matmul", "reduce_sum", "reshape", "x[0]", "constant"],
)
def test_an_eager_op(cost, function, calls, files):
    cost(function).within(calls, files)


VARIABLE = tf.Variable([1.0, 2.0])


@pytest.mark.parametrize(
    ("function", "calls", "files"),
    [
        (lambda: VARIABLE + X, 30, 10),
        (lambda: VARIABLE.assign_add(X), 40, 8),
    ],
    ids=["read", "assign_add"],
)
def test_a_variable(cost, function, calls, files):
    cost(function).within(calls, files)


def gradient():
    with tf.GradientTape() as tape:
        tape.watch(X)
        y = X * X
    return tape.gradient(y, X)


def test_a_gradient(cost):
    cost(gradient).within(140, 22)


@tf.function
def traced(x):
    return x * x + 1.0


def test_a_traced_call(cost):
    cost(lambda: traced(X)).within(12, 8)


@tf.function
def traced_structure(batch):
    return {"sum": batch["x"][0] + batch["x"][1], "y": batch["y"]}


def test_a_traced_call_with_a_structure(cost):
    cost(lambda: traced_structure({"x": [X, X], "y": (X,)})).within(16, 10)


def test_tracing(cost):
    cost(lambda: tf.function(lambda x: x * x + 1.0)(X)).within(
        720, 62
    )  # 14 passes look at each node, compilers are asked, and whether a profile is recorded


LAYER = tf.keras.layers.Dense(3)


def test_a_layer(cost):
    cost(lambda: LAYER(MATRIX)).within(175, 24)


def test_a_pipeline(cost):
    dataset = tf.data.Dataset.from_tensor_slices(tf.range(100)).map(lambda x: x + 1).batch(10)
    cost(lambda: list(dataset)).within(2000, 40)


# -- imports -----------------------------------------------------------------------------------------------------------

HELPERS = {"numpy", "ml_dtypes", "pluggy"}


def modules(program: str) -> list[str]:
    """The modules that a program imports beyond the standard library and numpy."""
    code = (
        f"import sys; before = set(sys.modules); {program}\n"
        "print(*sorted(m for m in set(sys.modules) - before if m.partition('.')[0] not in sys.stdlib_module_names))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return [name for name in out.split() if name.partition(".")[0] not in HELPERS and not name.startswith("_")]


def test_importing_the_facade():
    assert set(modules("import flowstone as tf")) <= {
        "flowstone",
        "flowstone.__about__",
        "flowstone._compose",
        "flowstone._namespaces",
        "flowstone._versions",
    }


def test_the_first_tensor():
    """TensorFlow imports 2,848 modules. Each installed distribution adds two or three: its tables."""
    found = modules("import flowstone as tf; tf.constant(1.0) + 1.0")
    assert len(found) <= 125, found


def test_a_component_is_imported_when_it_is_touched():
    found = modules("import flowstone as tf; tf.constant(1.0)")
    heavy = ("flowstone_layers.", "flowstone_data.", "flowstone_savedmodel.", "flowstone_graphfn.")
    tables = ("_api", "plugin", "__about__", "ops_index")
    assert not [m for m in found if m.startswith(heavy) and not any(part in m for part in tables)]
