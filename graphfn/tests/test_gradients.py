"""Gradients through calls, branches and loops: the same as running op by op, of first and second order."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_autodiff.custom import custom_gradient
from flowstone_autodiff.tape import GradientTape
from flowstone_core import dtypes
from flowstone_core.api import tf
from flowstone_core.type_spec import TensorSpec
from flowstone_core.variable import Variable
from flowstone_graphfn.control_flow import cond, switch_case
from flowstone_graphfn.function import function
from flowstone_graphfn.while_loops import while_loop

SCALE = Variable(1.5)
MATRIX = Variable(np.array([[0.5, -0.25], [0.75, 0.1]], np.float32))


def count_loop(n, body, x):
    return while_loop(lambda i, *_: i < n, lambda i, *xs: (i + 1, *body(i, *xs)), (tf.constant(0), *x))[1:]


def straight(x):
    return tf.reduce_sum(x * x * SCALE + tf.sin(x))


def calls(x):
    inner = function(lambda y: (y * y * SCALE, y + 1.0), autograph=False)
    a, b = inner(x)
    c, _ = inner(a * b)
    return tf.reduce_sum(c)


def branch(x):
    return cond(tf.reduce_sum(x) > 0.0, lambda: tf.reduce_sum(x**3.0), lambda: tf.reduce_sum(tf.exp(x) * SCALE))


def branch_that_drops(x):
    y = x * 2.0
    return tf.reduce_sum(cond(tf.reduce_sum(x) > 0.0, lambda: x * x * y, lambda: SCALE * tf.ones_like(x)))


def nested_branches(x):
    s = tf.reduce_sum(x)
    inner = lambda: cond(s > 1.0, lambda: s**3.0, lambda: s * s * SCALE)
    return cond(s > 0.0, inner, lambda: tf.sin(s))


def chosen(x):
    index = tf.cast(tf.abs(tf.reduce_sum(x)), dtypes.int32) % 3
    functions = [lambda: x * x, lambda: tf.sin(x) * SCALE, lambda: x**3.0]
    return tf.reduce_sum(switch_case(index, functions))


def power(x):
    (y,) = count_loop(3, lambda i, y: (y * x * SCALE,), (x,))
    return tf.reduce_sum(y)


def carried(x):
    def body(i, a, b):
        return tf.sin(a) * b, a + b * 0.5

    a, b = count_loop(4, body, (x, x * x))
    return tf.reduce_sum(a * b)


def recurrent(x):
    (h,) = count_loop(3, lambda i, h: (tf.tanh(tf.matmul(h, MATRIX) + tf.reshape(x, [1, 2])),), (tf.zeros([1, 2]),))
    return tf.reduce_sum(h)


def nested_loops(x):
    def outer(i, y):
        (z,) = count_loop(i + 1, lambda j, z: (z * x + SCALE * tf.cast(j, dtypes.float32),), (y,))
        return (z,)

    (y,) = count_loop(3, outer, (x,))
    return tf.reduce_sum(y)


def branch_in_loop(x):
    def body(i, y):
        return (cond(i % 2 == 0, lambda: y * x * SCALE, lambda: tf.sin(y) + x),)

    (y,) = count_loop(4, body, (x,))
    return tf.reduce_sum(y)


def loop_in_branch(x):
    return cond(tf.reduce_sum(x) > 0.0, lambda: power(x), lambda: carried(x))


def loop_of_calls(x):
    step = function(lambda y, z: y * z + tf.cos(y), autograph=False)
    (y,) = count_loop(3, lambda i, y: (step(y, x * SCALE),), (x,))
    return tf.reduce_sum(y)


def unused_variable(x):
    _, y = count_loop(2, lambda i, a, b: (a + 1.0, b * b), (x * 2.0, x))
    return tf.reduce_sum(y)


def no_iterations(x):
    (y,) = count_loop(0, lambda i, y: (y * y,), (x,))
    return tf.reduce_sum(y * y)


def rows(x):
    (y,) = count_loop(2, lambda i, y: (tf.sin(y) * tf.gather(x, i) + tf.gather(x, 1 - i) ** 2.0,), (tf.constant(0.5),))
    return y


def rows_and_whole(x):
    (y,) = count_loop(2, lambda i, y: (y * tf.gather(x * SCALE, i) + tf.reduce_sum(x * x),), (tf.constant(0.5),))
    return y * tf.reduce_sum(x)


def embeddings(x):
    def body(i, y):
        return (tf.tanh(y * tf.gather(MATRIX, i % 2) + MATRIX.sparse_read([1, i % 2])[0]),)

    (y,) = count_loop(3, body, (x,))
    return tf.reduce_sum(y)


def more_rows_each_time(x):
    (y,) = count_loop(3, lambda i, y: (y * 1.5 + tf.reduce_sum(tf.gather(x, tf.range(i)) ** 2.0),), (tf.constant(0.5),))
    return y


def rows_in_nested_loops(x):
    def outer(i, y):
        (z,) = count_loop(2, lambda j, z: (z * tf.gather(x, j) + tf.gather(x, i),), (y,))
        return (z,)

    (y,) = count_loop(2, outer, (tf.constant(1.0),))
    return y


def growing(x):
    _, y = while_loop(
        lambda i, _: i < 2,
        lambda i, y: (i + 1, tf.concat([y, y * x[:1]], 0)),
        (tf.constant(0), x),
        shape_invariants=(tf.TensorShape([]), tf.TensorShape([None])),
    )
    return tf.reduce_sum(y * y)


def python_function(x):
    return tf.reduce_sum(tf.py_function(lambda t: t * t * SCALE, [x], TensorSpec([2], dtypes.float32)))


PROGRAMS = [
    straight,
    calls,
    branch,
    branch_that_drops,
    nested_branches,
    chosen,
    power,
    carried,
    recurrent,
    nested_loops,
    branch_in_loop,
    loop_in_branch,
    loop_of_calls,
    unused_variable,
    no_iterations,
    rows,
    rows_and_whole,
    embeddings,
    more_rows_each_time,
    rows_in_nested_loops,
    growing,
    python_function,
]
POINTS = [[0.7, 0.4], [-0.6, -0.9], [1.5, -0.2]]


def first_order(f, x):
    with GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return [y, *tape.gradient(y, [x, SCALE, MATRIX], unconnected_gradients="zero")]


def second_order(f, x):
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        dx = inner.gradient(y, x, unconnected_gradients="zero")
        weighted = tf.reduce_sum(dx * tf.constant([1.0, 2.0]))
    return [y, dx, *outer.gradient(weighted, [x, SCALE, MATRIX], unconnected_gradients="zero")]


def same(left, right):
    for a, b in zip(left, right, strict=True):
        arrays = [tf.convert_to_tensor(each).numpy() for each in (a, b)]  # (gradients of rows come as slices)
        np.testing.assert_allclose(*arrays, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("order", [first_order, second_order])
@pytest.mark.parametrize("program", PROGRAMS)
def test_tape_around_the_function(program, order):
    traced = function(program, autograph=False)
    for point in POINTS:
        x = tf.constant(point)
        same(order(traced, x), order(program, x))


@pytest.mark.parametrize("order", [first_order, second_order])
@pytest.mark.parametrize("program", PROGRAMS)
def test_tape_inside_the_function(program, order):
    traced = function(lambda x: order(program, x), autograph=False)
    for point in POINTS:
        x = tf.constant(point)
        same(traced(x), order(program, x))


@pytest.mark.parametrize("program", PROGRAMS)
def test_one_tape_inside_and_one_around(program):
    def gradient(x):
        with GradientTape() as tape:
            tape.watch(x)
            y = program(x)
        return tf.reduce_sum(tape.gradient(y, x, unconnected_gradients="zero") * tf.constant([1.0, 2.0]))

    traced = function(gradient, autograph=False)
    for point in POINTS:
        x = tf.constant(point)
        same(first_order(traced, x), first_order(gradient, x))


def test_captured_tensors_get_gradients():
    x, y = tf.constant(2.0), tf.constant(3.0)
    f = function(lambda t: t * x * y, autograph=False)
    with GradientTape() as tape:
        tape.watch([x, y])
        z = f(tf.constant(5.0))
    assert [float(g) for g in tape.gradient(z, [x, y])] == [15.0, 10.0]


def test_outputs_that_are_inputs():
    f = function(lambda x: (x, x, x * 2.0), autograph=False)
    x = tf.constant(3.0)
    with GradientTape() as tape:
        tape.watch(x)
        a, b, c = f(x)
        y = a * b + c
    assert tape.gradient(y, x).numpy() == 8.0


def test_gathered_rows_stay_sparse():
    table = Variable(np.ones([5, 2], np.float32))
    f = function(lambda i: tf.gather(table, i), autograph=False)
    with GradientTape() as tape:
        y = tf.reduce_sum(f(tf.constant([1, 1, 3])))
    gradient = tape.gradient(y, table)
    np.testing.assert_array_equal(
        tf.convert_to_tensor(gradient).numpy()[:, 0], np.array([0.0, 2.0, 0.0, 1.0, 0.0], np.float32)
    )


def test_persistent_tapes():
    f = function(lambda x: x * x * x, autograph=False)
    x = tf.constant(2.0)
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
        z = y * y
    assert tape.gradient(y, x).numpy() == 12.0
    assert tape.gradient(z, x).numpy() == 192.0


def test_third_order():
    f = function(power, autograph=False)
    x = tf.constant([0.7, 0.4])

    def third(f):
        with GradientTape() as a:
            a.watch(x)
            with GradientTape() as b:
                b.watch(x)
                with GradientTape() as c:
                    c.watch(x)
                    y = f(x)
                first = tf.reduce_sum(c.gradient(y, x))
            second = tf.reduce_sum(b.gradient(first, x))
        return a.gradient(second, x)

    same([third(f)], [third(power)])


def test_untouched_tapes_pay_nothing():
    f = function(lambda x: x * x, autograph=False)
    x = tf.constant(2.0)
    with GradientTape() as tape:
        y = f(x)
    assert tape.gradient(y, x) is None
    assert not f.get_concrete_function(x).graph_function.memo


def test_custom_gradients_inside_functions():
    @custom_gradient
    def doubled(x):
        return x * x, lambda dy: dy * 100.0 * x

    f = function(lambda x: doubled(x) * 3.0, autograph=False)
    x = tf.constant(2.0)
    with GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    assert (y.numpy(), tape.gradient(y, x).numpy()) == (12.0, 600.0)
