"""``tf.custom_gradient``, ``tf.recompute_grad``, ``tf.grad_pass_through``, and ``recording``."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from flowstone_autodiff import recording
from flowstone_autodiff.check import check_gradients
from flowstone_autodiff.custom import custom_gradient, grad_pass_through, recompute_grad
from flowstone_autodiff.tape import GradientTape
from flowstone_core.variable import Variable


@pytest.fixture
def x(tf):
    return tf.constant(3.0)


def slope(function, *sources, of=None):
    with GradientTape() as tape:
        tape.watch([source for source in sources if not isinstance(source, Variable)])
        y = function(*(of if of is not None else sources))
    found = tape.gradient(y, list(sources))
    return [None if each is None else float(each) for each in found]


def test_the_given_gradient_is_taken(tf, x):
    @custom_gradient
    def f(x):
        return x * x, lambda dy: dy * 7.0

    assert float(f(x)) == 9.0
    assert slope(f, x) == [7.0]
    assert f.__name__ == "f"


def test_several_results_and_arguments(tf, x):
    @custom_gradient
    def f(x, y):
        return (x * y, x + y), lambda a, b: (a + b * 10.0, a * 100.0 + b * 1000.0)

    y = tf.constant(5.0)
    assert slope(f, x, y) == [11.0, 1100.0]
    assert slope(lambda *values: f(*values)[0], x, y) == [1.0, 100.0]


def test_structures(tf, x):
    @custom_gradient
    def f(inputs):
        return {"y": inputs["x"] * 2.0}, lambda dy: {"x": dy * 7.0}

    assert slope(lambda x: f({"x": x})["y"], x) == [7.0]


def test_arguments_that_are_no_tensors(tf, x):
    @custom_gradient
    def f(x, factor, name=None):
        assert name == "n"
        return x * factor, lambda dy: (dy * 7.0, None)

    assert slope(lambda x: f(x, 2.0, name="n"), x) == [7.0]


def test_the_identity_and_integers(tf, x):
    assert slope(custom_gradient(lambda x: (x, lambda dy: dy * 7.0)), x) == [7.0]
    assert slope(custom_gradient(lambda x: (x * 2.0, lambda dy: None)), x) == [None]


def test_methods_do_not_count_self(tf, x):
    class Layer:
        @custom_gradient
        def call(self, x):
            return x * 2.0, lambda dy: dy * 7.0

    assert slope(Layer().call, x) == [7.0]


def test_second_derivatives(tf):
    @custom_gradient
    def f(x):
        e = tf.exp(x)
        return e * x, lambda dy: dy * (e * x + e)

    check_gradients(f, [tf.constant([0.5, -0.3], tf.float64)], order=3)


def test_variables(tf, x):
    v = Variable(2.0)

    @custom_gradient
    def f(x):
        def grad(dy, variables=None):
            assert len(variables) == 1
            assert variables[0] is v
            return dy * 7.0, [dy * 9.0]

        return x * v, grad

    assert slope(f, x, v, of=[x]) == [7.0, 9.0]

    @custom_gradient
    def taken_as_argument(v):
        return v * 2.0, lambda dy: dy * 5.0

    assert slope(taken_as_argument, v) == [5.0]

    @custom_gradient
    def forgets(x):
        return x * v, lambda dy: dy

    with pytest.raises(TypeError, match="'variables'"):
        slope(forgets, x)

    @custom_gradient
    def too_few(x):
        return x * v, lambda dy, variables: (dy, [])

    with pytest.raises(ValueError, match="each variable"):
        slope(too_few, x)


def test_misuse(tf, x):
    with pytest.raises(TypeError, match="must return a pair"):
        custom_gradient(lambda x: x * 2.0)(x)
    with pytest.raises(TypeError, match="must return a pair"):
        custom_gradient(lambda x: (x * 2.0, 3))(x)
    with pytest.raises(ValueError, match="expected to return 2 gradients, but returned 1"):
        slope(custom_gradient(lambda x, y: (x * y, lambda dy: dy)), x, tf.constant(1.0))


def test_nothing_recorded_without_a_tape(tf, x):
    result = custom_gradient(lambda x: (x * 2.0, lambda dy: dy))(x)
    kept = weakref.ref(result)
    del result
    assert kept() is None


def test_recompute(tf):
    v = Variable(np.array([1.5, -0.5]))
    calls = []

    def f(x, y):
        calls.append(1)
        return tf.sin(x * y) * v, y

    block = recompute_grad(f)
    x, y = tf.constant([0.5, 0.3], tf.float64), tf.constant(2.0, tf.float64)
    with GradientTape() as tape:
        tape.watch([x, y])
        first, second = block(x, y)
    assert len(calls) == 1
    assert len(tape._recorder.records) == 2  # a copy and the block
    by_x, by_y, by_v = tape.gradient([first, second], [x, y, v])
    assert len(calls) == 2
    np.testing.assert_allclose(by_x, np.cos([1.0, 0.6]) * 2.0 * [1.5, -0.5])
    np.testing.assert_allclose(by_y, 1.0 + np.sum(np.cos([1.0, 0.6]) * [0.5, 0.3] * [1.5, -0.5]))
    np.testing.assert_allclose(by_v, np.sin([1.0, 0.6]))
    check_gradients(block, [x, y])


def test_pass_through(tf, x):
    v = Variable(2.0)
    assert slope(grad_pass_through(lambda x: tf.round(x) * v), x, v, of=[x]) == [1.0, None]


def test_record(tf, x):
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as inner:
            inner.watch(x)
            assert recording.watched([x])
            assert not recording.watched([tf.constant(1.0)])
            with recording.suspended():
                y = x * x
            assert len(inner._recorder.records) == 0
            recording.record([x], [y], lambda dy: [dy * x * 2.0], "square")
        first = inner.gradient(y, x)
    assert float(first) == 6.0
    assert float(outer.gradient(first, x)) == 2.0


def test_record_keeps_variables_watched(tf):
    v = Variable(2.0)
    with GradientTape() as tape, recording.suspended():
        y = v * v
        handles = [v.handle]
    with tape:
        recording.access(handles)
        recording.record(handles, [y], lambda dy: [dy * 4.0])
    assert float(tape.gradient(y, v)) == 4.0
    assert len(tape.watched_variables()) == 1


def test_a_backward_function_that_returns_too_few(tf, x):
    with GradientTape() as tape:
        tape.watch(x)
        y = tf.identity(x)
        recording.record([x, x], [y], lambda dy: [dy], "odd")
    with pytest.raises(ValueError, match="odd returned 1 gradients for 2 inputs"):
        tape.gradient(y, x)


def test_memory(tf, x):
    with GradientTape() as tape:
        tape.watch(x)
        y = custom_gradient(lambda x: (x * 2.0, lambda dy: dy * 7.0))(x)
    kept = weakref.ref(y)
    del y, tape
    gc.collect()
    assert kept() is None
