"""``tf.vectorized_map`` and Jacobians at once: every case's function, and its gradient, for a whole batch."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_autodiff import batched
from flowstone_autodiff.custom import custom_gradient
from flowstone_autodiff.tape import GradientTape
from flowstone_autodiff.vectorized_map import vectorized_map
from flowstone_core import nest
from flowstone_core.errors import InaccessibleTensorError, InvalidArgumentError, OperatorNotAllowedInGraphError
from flowstone_core.ops.searching import UNIQUE
from flowstone_core.variable import Variable

BATCH = 3


def batches(case, tf):
    """Three variations of each of a case's inputs."""
    made = []
    for array in case.arrays().values():
        scales = np.array([1.0, 1.05, 0.95]).reshape(-1, *[1] * array.ndim)
        made.append(tf.constant((array * scales).astype(array.dtype)))
    return made


def compare(got, expected):
    for mine, rows in zip(nest.flatten(got), zip(*map(nest.flatten, expected), strict=True), strict=True):
        np.testing.assert_allclose(mine, np.stack([np.asarray(row) for row in rows]), rtol=1e-4, atol=1e-5)


def test_each_case_for_a_batch(case, tf):
    if case.options.get("delta"):
        pytest.skip("float32 cases differ by rounding")
    function, inputs = case.function(tf), batches(case, tf)
    got = vectorized_map(lambda each: function(*each), tuple(inputs))
    compare(got, [function(*(values[index] for values in inputs)) for index in range(BATCH)])


def test_each_gradient_for_a_batch(case, tf):
    if case.options.get("delta"):
        pytest.skip("float32 cases differ by rounding")
    function, inputs = case.function(tf), batches(case, tf)

    def gradient(each):
        with GradientTape() as tape:
            tape.watch(each)
            y = [part for part in nest.flatten(function(*each)) if part.dtype.is_floating or part.dtype.is_complex]
        return tape.gradient(y, each, unconnected_gradients="zero")

    got = vectorized_map(gradient, tuple(inputs))
    compare(got, [[tf.convert_to_tensor(g) for g in gradient(tuple(v[i] for v in inputs))] for i in range(BATCH)])


# -- Jacobians -------------------------------------------------------------------------------------------------------


def test_jacobians_agree(case, tf):
    if case.options.get("delta") or not case.options.get("order", 2):
        pytest.skip("float32 cases differ by rounding; some have no gradient")
    values = [tf.constant(array) for array in case.arrays().values()]
    with GradientTape(persistent=True) as tape:
        tape.watch(values)
        y = [
            part for part in nest.flatten(case.function(tf)(*values)) if part.dtype.is_floating or part.dtype.is_complex
        ]
    for part in y[:1]:
        at_once = tape.jacobian(part, values, unconnected_gradients="zero")
        rows = tape.jacobian(part, values, unconnected_gradients="zero", experimental_use_pfor=False)
        for mine, other in zip(at_once, rows, strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-8)


# -- what tf.vectorized_map takes and gives --------------------------------------------------------------------------


@pytest.fixture
def x(tf):
    return tf.reshape(tf.range(6.0), [3, 2])


def test_structures_and_constants(tf, x):
    found = vectorized_map(lambda d: {"sum": d["a"] + d["b"], "same": (1.0, d["a"])}, {"a": x, "b": x})
    np.testing.assert_array_equal(found["sum"], 2 * x.numpy())
    np.testing.assert_array_equal(found["same"][0], [1.0, 1.0, 1.0])
    np.testing.assert_array_equal(found["same"][1], x)
    assert vectorized_map(lambda row: None, x) is None


def test_a_first_dimension_of_one_is_repeated(tf, x):
    np.testing.assert_array_equal(vectorized_map(lambda pair: pair[0] + pair[1], (x, x[1:2])), x + x[1:2])


def test_an_empty_batch(tf, x):
    assert vectorized_map(lambda row: row * 2.0, x[:0]).shape == [0, 2]


def test_nested(tf, x):
    found = vectorized_map(lambda row: vectorized_map(lambda entry: entry * tf.reduce_sum(row), row), x)
    np.testing.assert_array_equal(found, x.numpy() * x.numpy().sum(1, keepdims=True))


def test_shapes_are_those_of_an_element(tf, x):
    seen = []

    def look(row):
        seen.append((row.shape.as_list(), row.dtype, repr(row), len(row)))
        first, second = row
        return first + second, tf.shape(row), tf.size(row), tf.rank(row)

    total, *sizes = vectorized_map(look, x)
    assert seen == [([2], tf.float32, "<tf.Tensor, one of a batch: shape=(2,), dtype=float32>", 2)]
    np.testing.assert_array_equal(total, [1.0, 5.0, 9.0])
    assert [size.numpy().tolist() for size in sizes] == [[[2]] * 3, [2] * 3, [1] * 3]


def test_ops_without_a_rule_go_element_by_element(tf, x):
    found = vectorized_map(lambda row: tf.roll(row, tf.cast(row[0], tf.int32), 0), x)
    np.testing.assert_array_equal(found, x)


def test_random_numbers_differ(tf, x):
    found = vectorized_map(lambda row: tf.random.uniform([4]), x).numpy()
    assert found.shape == (3, 4)
    assert len(np.unique(found)) == 12


def test_variables(tf, x):
    v = Variable([[1.0, 2.0], [3.0, 4.0]])
    found = vectorized_map(lambda row: tf.gather(v, tf.cast(row[0], tf.int32) // 2 % 2) * row, x)
    np.testing.assert_array_equal(found, v.numpy()[[0, 1, 0]] * x.numpy())
    with pytest.raises(ValueError, match="make them outside"):
        vectorized_map(lambda row: Variable(1.0) * row, x)


def test_under_a_tape(tf, x):
    with GradientTape() as tape:
        tape.watch(x)
        y = vectorized_map(lambda row: row * tf.reduce_sum(row), x)
    np.testing.assert_allclose(tape.gradient(y, x), [[2.0, 2.0], [10.0, 10.0], [18.0, 18.0]])


def test_custom_gradients_are_kept(tf, x):
    @custom_gradient
    def double(row):
        return row * 2.0, lambda dy: dy * 7.0

    with GradientTape() as tape:
        tape.watch(x)
        y = vectorized_map(double, x)
    np.testing.assert_array_equal(tape.gradient(y, x), np.full([3, 2], 7.0))


def test_misuse(tf, x):
    with pytest.raises(TypeError, match="callable"):
        vectorized_map(3, x)
    with pytest.raises(IndexError, match="scalar"):
        vectorized_map(lambda row: row, tf.constant(1.0))
    with pytest.raises(InvalidArgumentError, match="same first dimension"):
        vectorized_map(lambda pair: pair[0], (x, x[:2]))
    with pytest.raises(ValueError, match="at least one tensor"):
        vectorized_map(lambda pair: pair, ())
    with pytest.raises(OperatorNotAllowedInGraphError, match=r"tf\.where"):
        vectorized_map(lambda row: row if row[0] > 0 else -row, x)
    with pytest.raises(InvalidArgumentError, match="Shapes must be equal"):
        vectorized_map(lambda n: tf.range(n), tf.constant([1, 2, 3]))
    kept = []
    vectorized_map(lambda row: kept.append(row) or row, x)
    with pytest.raises(InaccessibleTensorError, match="Return it from the function"):
        kept[0] + 1.0


def test_an_op_without_a_rule_needs_a_batch_of_known_size(tf, x):
    level = batched.Batcher(tf.constant(3))
    with pytest.raises(NotImplementedError, match=r"tf\.map_fn"):
        level._one_by_one(UNIQUE, (), {})
