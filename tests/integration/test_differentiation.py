"""Gradients, Jacobians and batches where functions are traced: what autodiff and graphfn do together."""

from __future__ import annotations

import flowstone as tf
import numpy as np
import pytest


@pytest.fixture
def x():
    return tf.constant([[0.5, -1.0], [2.0, 0.25]])


@tf.function
def squares(x):
    return tf.tanh(tf.matmul(x, x)) * x


@tf.function
def branches(x):
    if tf.reduce_sum(x) > 1.0:
        return x * x
    return -x


@tf.function
def loop(x):
    count = tf.constant(0)
    while tf.reduce_sum(x * x) > 0.1 and count < 5:
        x = x * 0.5
        count += 1
    return x


@tf.function
def folded(x):
    total = tf.zeros_like(x[0])
    for row in x:
        total += row * row
    return total


FUNCTIONS = [squares, branches, loop, folded]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_jacobians(function, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = function(x)
    rows = tape.jacobian(y, x, experimental_use_pfor=False)
    np.testing.assert_allclose(tape.jacobian(y, x), rows, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_vectorized_map(function, x):
    batch = tf.stack([x, -x, 3.0 * x])
    expected = tf.stack([function(each) for each in tf.unstack(batch)])
    np.testing.assert_allclose(tf.vectorized_map(function, batch), expected, rtol=1e-6)


def test_branches_and_loops_of_elements(x):
    def grow(row):
        larger = tf.cond(tf.reduce_sum(row) > 0.0, lambda: row, lambda: -row)
        return tf.while_loop(lambda v: tf.reduce_sum(v) < 20.0, lambda v: (v * 2.0 + 1.0,), (larger,))[0]

    got = tf.vectorized_map(grow, x)
    np.testing.assert_allclose(got, tf.stack([grow(row) for row in tf.unstack(x)]), rtol=1e-6)


def test_batches_of_unknown_size(x):
    @tf.function(input_signature=[tf.TensorSpec([None, None])])
    def normalized(x):
        return tf.vectorized_map(lambda row: row / tf.reduce_sum(row), x)

    np.testing.assert_allclose(normalized(x), x / tf.reduce_sum(x, 1, keepdims=True), rtol=1e-6)


@pytest.mark.parametrize("shape", [[2, 2], [None, None]])
def test_jacobians_inside_functions(shape, x):
    @tf.function(input_signature=[tf.TensorSpec(shape)])
    def both(x):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = tf.tanh(x) * tf.reduce_sum(x, 1, keepdims=True)
        return tape.jacobian(y, x), tape.batch_jacobian(y, x)

    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.tanh(x) * tf.reduce_sum(x, 1, keepdims=True)
    whole, rows = both(x)
    np.testing.assert_allclose(whole, tape.jacobian(y, x), rtol=1e-5)
    np.testing.assert_allclose(rows, tape.batch_jacobian(y, x), rtol=1e-5)


def test_gradients_and_hessians():
    v = tf.Variable([1.0, 2.0])

    @tf.function
    def derivatives(x, y):
        z = x * x * y * v
        return (
            tf.gradients(z, [x, y, v]),
            tf.gradients(z, x, grad_ys=tf.constant([1.0, 2.0])),
            tf.gradients(z * tf.stop_gradient(z), [z, x]),
            tf.gradients(z, x * 1.0, unconnected_gradients="zero"),
            tf.gradients(x * y, x, stop_gradients=[y]),
            tf.hessians(tf.reduce_sum(x * x * x * y), [x, y]),
        )

    found = derivatives(tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0]))
    first, weighted, chained, unconnected, stopped, second = found
    np.testing.assert_allclose(first, [[6.0, 32.0], [1.0, 8.0], [3.0, 16.0]])
    np.testing.assert_allclose(weighted, [[6.0, 64.0]])
    np.testing.assert_allclose(chained, [[3.0, 32.0], [18.0, 1024.0]])
    np.testing.assert_allclose(unconnected, [[0.0, 0.0]])
    np.testing.assert_allclose(stopped, [[3.0, 4.0]])
    np.testing.assert_allclose(second[0], [[18.0, 0.0], [0.0, 48.0]])
    np.testing.assert_allclose(second[1], np.zeros([2, 2]))


def test_gradients_that_are_refused(x):
    with pytest.raises(RuntimeError, match=r"Use tf\.GradientTape"):
        tf.gradients(x, x)

    @tf.function
    def wrong(x):
        return tf.gradients([x, x], x, grad_ys=[None])

    with pytest.raises(ValueError, match="Passed 1 grad_ys for 2 ys"):
        wrong(x)


@tf.custom_gradient
def doubled(x):
    return x * 2.0, lambda dy: dy * 7.0


def test_custom_gradients_are_kept_by_functions(x):
    traced = tf.function(doubled)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = traced(x)
        z = tf.vectorized_map(traced, x)
    np.testing.assert_array_equal(tape.gradient(y, x), np.full([2, 2], 7.0))
    np.testing.assert_array_equal(tape.gradient(z, x), np.full([2, 2], 7.0))
    assert tf.function(lambda x: tf.gradients(doubled(x), x))(tf.constant(1.0))[0].numpy() == 7.0


@pytest.mark.parametrize("function", FUNCTIONS)
def test_forward_mode(function, x):
    direction = tf.constant([[1.0, -0.5], [0.25, 2.0]])
    with tf.autodiff.ForwardAccumulator(x, direction) as accumulator:
        y = function(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        z = function(x)
    expected = np.einsum("...ij,ij->...", tape.jacobian(z, x).numpy(), direction.numpy())
    np.testing.assert_allclose(accumulator.jvp(y), expected, rtol=1e-5, atol=1e-6)


def test_recompute_grad_inside_a_function(x):
    v = tf.Variable([[1.0, 2.0]])
    block = tf.recompute_grad(lambda x: tf.sin(x) * v)

    @tf.function
    def both(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = block(x)
        return tape.gradient(y, [x, v])

    by_x, by_v = both(x)
    np.testing.assert_allclose(by_x, np.cos(x) * v.numpy(), rtol=1e-6)
    np.testing.assert_allclose(by_v, np.sin(x).sum(0, keepdims=True), rtol=1e-6)
