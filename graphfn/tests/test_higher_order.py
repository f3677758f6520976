"""tf.map_fn, scan, foldl, foldr: eagerly and in graphs."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_autodiff.tape import GradientTape
from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.type_spec import TensorSpec
from flowstone_graphfn.function import function
from flowstone_graphfn.higher_order import foldl, foldr, map_fn, scan


@pytest.fixture(params=["eager", "graph", "graph of unknown length"])
def run(request):
    def call(f, *args):
        tensors = [tf.convert_to_tensor(arg) for arg in args]
        if request.param == "eager":
            return f(*tensors)
        specs = None
        if "unknown" in request.param:
            specs = [TensorSpec([None, *t.shape[1:]], t.dtype) for t in tensors]
        return function(f, autograph=False, input_signature=specs)(*tensors)

    return call


def test_map_fn(run):
    x = [1, 2, 3]
    np.testing.assert_array_equal(run(lambda x: map_fn(lambda r: r * 2, x), x), [2, 4, 6])
    halves = run(lambda x: map_fn(lambda r: tf.cast(r, dtypes.float32) / 2.0, x, fn_output_signature=dtypes.float32), x)
    np.testing.assert_array_equal(halves, [0.5, 1.0, 1.5])
    rows = run(lambda x: map_fn(lambda r: tf.reduce_sum(r), x), [[1, 2], [3, 4]])
    np.testing.assert_array_equal(rows, [3, 7])


def test_map_fn_over_structures(run):
    def f(a, b):
        both = (dtypes.int32, dtypes.int32)
        return map_fn(lambda r: (r["a"] + r["b"], r["a"]), {"a": a, "b": b}, fn_output_signature=both)

    total, first = run(f, [1, 2], [3, 4])
    np.testing.assert_array_equal(total, [4, 6])
    np.testing.assert_array_equal(first, [1, 2])


def test_map_fn_of_nothing(run):
    assert run(lambda x: map_fn(lambda r: r, x), np.zeros([0, 2], np.float32)).shape[0] == 0


def test_map_fn_checks_its_arguments():
    with pytest.raises(TypeError, match="not callable"):
        map_fn(3, [1])
    with pytest.raises(ValueError, match="not scalars"):
        map_fn(lambda x: x, tf.constant(1))
    with pytest.raises(ValueError, match="does not contain any Tensors"):
        map_fn(lambda x: x, [])
    with pytest.raises(ValueError, match="Dimensions 3 and 2"):
        map_fn(lambda x: x[0], (tf.constant([1, 2, 3]), tf.constant([1, 2])), fn_output_signature=dtypes.int32)


def test_scan(run):
    x = [1, 2, 3]
    np.testing.assert_array_equal(run(lambda x: scan(lambda a, r: a + r, x), x), [1, 3, 6])
    np.testing.assert_array_equal(run(lambda x: scan(lambda a, r: a + r, x, reverse=True), x), [6, 5, 3])
    np.testing.assert_array_equal(run(lambda x: scan(lambda a, r: a * 10 + r, x, initializer=7), x), [71, 712, 7123])
    sums, products = run(lambda x: scan(lambda a, r: (a[0] + r, a[1] * r), x, initializer=(0, 1)), x)
    np.testing.assert_array_equal(sums, [1, 3, 6])
    np.testing.assert_array_equal(products, [1, 2, 6])


def test_folds(run):
    x = [1, 2, 3]
    assert run(lambda x: foldl(lambda a, r: a * 10 + r, x), x).numpy() == 123
    assert run(lambda x: foldr(lambda a, r: a * 10 + r, x), x).numpy() == 321
    assert run(lambda x: foldr(lambda a, r: a * 10 + r, x, initializer=7), x).numpy() == 7321
    assert run(lambda x, y: foldl(lambda a, r: a + r[0] * r[1], (x, y), initializer=0), x, [4, 5, 6]).numpy() == 32


@pytest.mark.parametrize(
    "program",
    [
        lambda x: map_fn(lambda r: r * r * tf.reduce_sum(x), x),
        lambda x: scan(lambda a, r: tf.sin(a) * r, x),
        lambda x: scan(lambda a, r: tf.sin(a) * r, x, reverse=True, initializer=1.0),
        lambda x: foldl(lambda a, r: a * r + r, x),
        lambda x: foldr(lambda a, r: tf.cos(a) * r, x),
    ],
)
def test_gradients(program):
    def derivatives(f, x):
        with GradientTape() as outer:
            outer.watch(x)
            with GradientTape() as inner:
                inner.watch(x)
                y = f(x)
            dx = inner.gradient(y, x)
        return y, dx, outer.gradient(dx, x)

    x = tf.constant([0.5, -1.5, 2.0])
    expected = derivatives(program, x)
    traced = function(program, autograph=False)
    for result in (derivatives(traced, x), function(lambda x: derivatives(program, x), autograph=False)(x)):
        for a, b in zip(result, expected, strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5)
