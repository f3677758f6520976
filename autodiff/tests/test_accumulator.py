"""``tf.autodiff.ForwardAccumulator``."""

from __future__ import annotations

import logging
import weakref

import numpy as np
import pytest
from flowstone_autodiff.accumulator import ForwardAccumulator
from flowstone_autodiff.custom import custom_gradient
from flowstone_autodiff.tape import GradientTape
from flowstone_core.variable import Variable


@pytest.fixture
def x(tf):
    return tf.constant(3.0)


@pytest.fixture
def one(tf):
    return tf.constant(1.0)


def test_jvp(tf, x, one):
    with ForwardAccumulator(x, one) as accumulator:
        y = x * x
        assert float(accumulator.jvp(y)) == 6.0
    assert float(accumulator.jvp({"y": [y]})["y"][0]) == 6.0
    assert float(accumulator.jvp(x)) == 1.0
    assert accumulator.jvp(one * 2.0) is None
    assert float(accumulator.jvp(one, unconnected_gradients="zero")) == 0.0
    assert accumulator.jvp(tf.cast(y, tf.int32)) is None


def test_variables(tf, x, one):
    v = Variable(2.0)
    with ForwardAccumulator(v, one) as accumulator:
        y = v * x
    assert float(accumulator.jvp(y)) == 3.0
    assert float(accumulator.jvp(v)) == 1.0


def test_gathers(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    with ForwardAccumulator(x, tf.constant([1.0, 10.0, 100.0])) as accumulator:
        y = tf.gather(x, [0, 2, 0]) * 2.0
    np.testing.assert_array_equal(accumulator.jvp(y), [2.0, 200.0, 2.0])


def test_entered_again(tf, x, one):
    accumulator = ForwardAccumulator(x, one)
    with accumulator:
        y = x * x
    with accumulator:
        z = y * x
    assert float(accumulator.jvp(z)) == 27.0


def test_forward_over_backward_and_backward_over_forward(tf, x, one):
    with ForwardAccumulator(x, one) as accumulator:
        with GradientTape() as tape:
            tape.watch(x)
            y = x * x * x
        gradient = tape.gradient(y, x)
    assert float(accumulator.jvp(gradient)) == 18.0
    with GradientTape() as tape:
        tape.watch(x)
        with ForwardAccumulator(x, one) as accumulator:
            y = x * x * x
        derivative = accumulator.jvp(y)
    assert float(tape.gradient(derivative, x)) == 18.0


def test_forward_over_forward(tf, x, one):
    with ForwardAccumulator(x, one) as outer:
        with ForwardAccumulator(x, one) as inner:
            y = x * x * x
        derivative = inner.jvp(y)
    assert [float(each) for each in (derivative, outer.jvp(derivative), outer.jvp(y))] == [27.0, 18.0, 27.0]


def test_an_inner_tape_does_not_see_the_derivatives(tf, x, one):
    with ForwardAccumulator(x, one) as accumulator, GradientTape() as tape:
        tape.watch(x)
        derivative = accumulator.jvp(x * x * x)
    assert tape.gradient(derivative, x) is None


def test_custom_gradients_are_for_tapes(tf, x, one):
    with ForwardAccumulator(x, one) as accumulator:
        y = custom_gradient(lambda x: (x * 2.0, lambda dy: dy * 77.0))(x)
    assert float(accumulator.jvp(y)) == 2.0


def test_misuse(tf, x, one, caplog):
    with pytest.raises(ValueError, match="multiple times"):
        ForwardAccumulator([x, x], [one, one])
    with pytest.raises(ValueError, match="shape"):
        ForwardAccumulator(x, tf.constant([1.0]))
    with pytest.raises(ValueError, match="float64"):
        ForwardAccumulator(x, tf.constant(1.0, tf.float64))
    with pytest.raises(ValueError, match="structure"):
        ForwardAccumulator([x], one)
    with caplog.at_level(logging.WARNING, "flowstone"):
        ForwardAccumulator(tf.constant(1), tf.constant(1))
    assert "must be floating" in caplog.text
    accumulator = ForwardAccumulator(x, one)
    with accumulator, pytest.raises(ValueError, match="already recording"):
        accumulator.__enter__()
    with pytest.raises(ValueError, match="'foo'"):
        accumulator.jvp(x, unconnected_gradients="foo")


def test_tangents_go_with_their_tensors(tf, x, one):
    with ForwardAccumulator(x, one) as accumulator:
        y = x * x
        kept = weakref.ref(accumulator.jvp(y))
        del y
    assert kept() is None
