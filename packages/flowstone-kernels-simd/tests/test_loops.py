"""Loops as native code: lists, variables, slices that move, gradients, and what makes kernels take over."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_autodiff.tape import GradientTape
from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor as constant
from flowstone_core.errors import InvalidArgumentError
from flowstone_core.ops import elementary, gathering, linalg, reduce
from flowstone_core.ops.cast import cast
from flowstone_core.tensor_array import TensorArray
from flowstone_core.variable import Variable
from flowstone_graphfn.control_flow import cond
from flowstone_graphfn.function import function
from flowstone_graphfn.while_loops import while_loop
from flowstone_kernels_simd import compiler, handles


def normal(*shape, seed=0):
    return constant(np.random.default_rng(seed).standard_normal(shape).astype(np.float32))


def close(got, expected):
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-5, atol=1e-5)


def scan(x, w, start, size, dynamic=False):
    """``h = tanh(h w + x[t])`` over time, all of them, and the last."""
    array = TensorArray(x.dtype, size=size, dynamic_size=dynamic, element_shape=start.shape)

    def body(step, h, array):
        h = elementary.tanh(linalg.matmul(h, w) + x[step])
        return step + 1, h, array.write(step, h)

    _, last, array = while_loop(lambda step, *_: step < 6, body, (constant(0), start, array))
    return array.stack(), last


def reference(x, w, start):
    h, found = start.astype(np.float64), []
    for step in x:
        h = np.tanh(h @ w + step)
        found.append(h)
    return np.stack(found)


@pytest.mark.parametrize("dynamic", [False, True])
def test_a_recurrence_over_an_array_of_results(natively, dynamic):
    x, w, start = normal(6, 4, 8), normal(8, 8, seed=1), normal(4, 8, seed=2)
    f = function(lambda x, w, h: scan(x, w, h, 0 if dynamic else 6, dynamic), autograph=False)
    stacked, last = natively(f, x, w, start)
    expected = reference(x.numpy(), w.numpy(), start.numpy())
    close(stacked, expected)
    close(last, expected[-1])


def test_gradients_go_back_through_a_loop(natively):
    x, w, start = normal(6, 4, 8), normal(8, 8, seed=1), normal(4, 8, seed=2)

    def gradients(x, w, h):
        with GradientTape() as tape:
            tape.watch([x, w, h])
            stacked, last = scan(x, w, h, 6)
            loss = reduce.reduce_sum(stacked * stacked) + reduce.reduce_sum(last)
        return tape.gradient(loss, [x, w, h])

    eager = gradients(x, w, start)
    for got, expected in zip(natively(function(gradients, autograph=False), x, w, start), eager, strict=True):
        close(got, expected.numpy())


def test_a_tape_outside_the_function_gets_its_lists():
    x, w, start = normal(6, 4, 8), normal(8, 8, seed=1), normal(4, 8, seed=2)
    found = []
    for f in (scan, function(scan, autograph=False)):
        with GradientTape() as tape:
            tape.watch([x, w])
            loss = reduce.reduce_sum(f(x, w, start, 6)[0])
        found.append(tape.gradient(loss, [x, w]))
    for eager, traced in zip(*found, strict=True):
        close(traced, eager.numpy())


def test_variables_are_read_and_assigned_in_loops(natively):
    total, weight = Variable(np.zeros(3, np.float32)), Variable(np.full(3, 2, np.float32))

    @function(autograph=False)
    def f(x):
        def body(step, y):
            total.assign_add(weight * x)
            return step + 1, y + total

        return while_loop(lambda step, y: step < 4, body, (constant(0), x))[1]

    x = constant(np.array([1, 2, 3], np.float32))
    close(natively(f, x), x.numpy() * 21)
    close(total.read_value(), x.numpy() * 8)
    close(f(x), x.numpy() * 53)
    close(total.read_value(), x.numpy() * 16)


def test_a_variable_that_a_branch_assigns(natively):
    state = Variable(np.ones(4, np.float32))

    @function(autograph=False)
    def f(x, flag):
        return cond(flag, lambda: state.assign(x) + 1, lambda: x * state)

    x = normal(4)
    close(natively(f, x, constant(False)), x.numpy())
    close(state.read_value(), np.ones(4))
    close(natively(f, x, constant(True)), x.numpy() + 1)
    close(state.read_value(), x.numpy())


def test_what_fails_in_a_loop_fails_as_without_it_and_changes_nothing_before():
    state = Variable(np.zeros(2, np.float32))
    table = normal(5, 2)

    @function(autograph=False)
    def f(first):
        def body(step, y):
            state.assign_add([1, 1])
            return step + 1, y + gathering.gather(table, step)

        return while_loop(lambda step, y: step < 4, body, (first, constant([0.0, 0.0])))[1]

    close(f(constant(1)), table.numpy()[1:4].sum(0))
    close(state.read_value(), [3, 3])
    with pytest.raises(InvalidArgumentError):
        f(constant(-1))


def test_slices_that_move_along_several_axes(natively):
    x = normal(5, 7, 3, 4)

    @function(autograph=False)
    def f(x):
        def body(step, y):
            return step + 1, y + x[step, 1:5:2, -1 - step % 3, ..., None]

        return while_loop(lambda step, y: step < 5, body, (constant(0), constant(np.zeros((2, 4, 1), np.float32))))[1]

    expected = sum(x.numpy()[step, 1:5:2, -1 - step % 3, ..., None] for step in range(5))
    close(natively(f, x), expected)


def test_loops_in_loops(natively):
    x, w = normal(3, 4, 8), normal(8, 8, seed=1)

    def nested(x, w):
        def outer(i, h):
            def inner(j, h):
                return j + 1, elementary.tanh(linalg.matmul(h, w) + x[i])

            return i + 1, while_loop(lambda j, h: j < 2, inner, (constant(0), h))[1]

        return while_loop(lambda i, h: i < 3, outer, (constant(0), x[0]))[1]

    h = x.numpy()[0].astype(np.float64)
    for i in range(3):
        for _ in range(2):
            h = np.tanh(h @ w.numpy() + x.numpy()[i])
    close(natively(function(nested, autograph=False), x, w), h)

    def gradient(x, w):
        with GradientTape() as tape:
            tape.watch(w)
            loss = reduce.reduce_sum(nested(x, w))
        return tape.gradient(loss, w)

    close(function(gradient, autograph=False)(x, w), gradient(x, w).numpy())


def test_a_list_that_grows_without_a_bound_is_left_to_kernels():
    @function(autograph=False)
    def f(x):
        with GradientTape() as tape:
            tape.watch(x)
            y = while_loop(lambda y: reduce.reduce_sum(y) < 100.0, lambda y: (y * y + 1,), (x,))
        return tape.gradient(y, x)

    x = constant(np.array([1.0, 2.0], np.float32))
    close(f(x), f.python_function(x).numpy())
    assert "nobody knows how often it runs" in f.get_concrete_function(x).graph_function.plan.describe()


def test_the_way_back_through_reads_of_an_array(natively):
    def f(x, w):
        with GradientTape() as tape:
            tape.watch([x, w])
            rows = TensorArray(x.dtype, size=6, element_shape=[4, 8]).unstack(x)
            _, h = while_loop(
                lambda t, h: t < 6,
                lambda t, h: (t + 1, elementary.tanh(linalg.matmul(h + rows.read(t), w))),
                (constant(0), x[0]),
            )
            y = reduce.reduce_sum(h * h)
        return tape.gradient(y, [x, w])

    x, w = normal(6, 4, 8), normal(8, 8, seed=1)
    for got, expected in zip(natively(function(f), x, w), f(x, w), strict=True):
        close(got, expected.numpy())


def test_a_loop_over_numbers_alone_is_native_code(natively, monkeypatch):
    monkeypatch.delenv(compiler.WHEN_VARIABLE)

    def collatz(n):
        steps = constant(0)
        while n != 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            steps += 1
        return steps

    f = function(collatz)
    f(constant(6))
    for start, steps in ((1, 0), (6, 8), (27, 111), (77_031, 350)):
        assert int(natively(f, constant(start))) == steps


@pytest.mark.parametrize("shape", [(), (1,), (3,)])
def test_comparisons_of_shapes_that_are_known_to_broadcast(natively, shape):
    f = function(lambda x, y: elementary.tanh(x) * cast(x == y, "float32"))
    x, y = constant([1.0, 2.0, 3.0]), constant(np.full(shape, 2.0, np.float32))
    np.testing.assert_allclose(natively(f, x, y), [0.0, np.tanh(2.0), 0.0], rtol=1e-6)


def test_items_of_a_list_of_numbers_are_arrays():
    """Kernels ask items for their shapes and for zeros like them."""
    items = handles.PackedList(np.array([1.0, 2.0], np.float32), dtypes.float32, ()).items
    assert [(type(item), item.shape) for item in items] == [(np.ndarray, ())] * 2


@pytest.mark.parametrize("times", [0, 1, 2, 7])
def test_scalars_of_every_kind_change_together(natively, times):
    def body(step, total, flag, swapped):
        return step + 1, total * 0.5 + cast(step, dtypes.float32), step > 2, cast(total, dtypes.int64) + swapped

    def run(limit):
        start = (constant(0), constant(1.0), constant(False), constant(3, dtypes.int64))
        return while_loop(lambda step, *_: step < limit, body, start)

    got = natively(function(run, autograph=False), constant(times))
    step, total, flag, swapped = 0, 1.0, False, 3
    while step < times:
        step, total, flag, swapped = step + 1, total * 0.5 + step, step > 2, int(total) + swapped
    assert [each.numpy().item() for each in got] == [step, total, flag, swapped]


def test_loops_over_scalars_inside_a_loop(natively):
    def outer(step, total):
        _, total = while_loop(lambda i, _: i < step, lambda i, t: (i + 1, t + i), (constant(0), total))
        return step + 1, total

    f = function(lambda n: while_loop(lambda i, _: i < n, outer, (constant(0), constant(0))), autograph=False)
    assert [each.numpy().item() for each in natively(f, constant(6))] == [6, sum(sum(range(i)) for i in range(6))]
