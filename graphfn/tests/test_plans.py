"""How plans hold values: tensor lists as Python lists, variables' buffers without copies."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from flowstone_autodiff.tape import GradientTape
from flowstone_core.api import tf
from flowstone_core.errors import OpError
from flowstone_core.ops import tensor_list as ops
from flowstone_core.ops.indexing import STRIDED_SLICE_GRAD
from flowstone_core.providers import kernel_providers
from flowstone_core.tensor_array import TensorArray
from flowstone_graphfn.function import function
from flowstone_graphfn.while_loops import while_loop


def push(items, value):
    return ops.TENSOR_LIST_PUSH_BACK(items, tf.constant(value))


def pop(items):
    return ops.TENSOR_LIST_POP_BACK(items, tf.constant([], tf.int32), element_dtype=tf.float32)


def length(items):
    return ops.TENSOR_LIST_LENGTH(items)


def four():
    items = ops.EMPTY_TENSOR_LIST(tf.constant([], tf.int32), tf.constant(-1), element_dtype=tf.float32)
    for value in (0.0, 1.0, 2.0, 3.0):
        items = push(items, value)
    return items


def numbers(tensors):
    return [int(tensor) for tensor in tensors]


def test_what_a_condition_does_to_a_list_is_not_seen_by_the_body():
    @function
    def f():
        items = four()
        count, rest = while_loop(
            lambda i, items: pop(items)[1] > 1.5, lambda i, items: (i + 1, pop(items)[0]), (0, items)
        )
        return count, length(rest), length(items)

    assert numbers(f()) == [2, 2, 4]


def test_a_list_that_the_loop_hands_on_stays_as_it_is():
    @function
    def f(n):
        count, items = while_loop(
            lambda i, items: length(push(items, 9.0)) + i < n, lambda i, items: (i + 1, items), (0, four())
        )
        return count, length(items)

    assert numbers(f(tf.constant(8))) == [3, 4]


def test_one_list_as_two_variables_of_a_loop():
    @function
    def f(n):
        items = four()

        def body(i, a, b):
            longer = push(a, 9.0)
            return i + 1, longer, longer

        _, a, b = while_loop(lambda i, a, b: i < n, body, (0, items, items))
        return length(push(a, 9.0)), length(b), length(items)

    assert numbers(f(tf.constant(3))) == [8, 7, 4]


def test_two_lists_that_change_places():
    @function
    def f(n):
        items = four()
        _, a, b = while_loop(
            lambda i, a, b: i < n, lambda i, a, b: (i + 1, b, push(a, 9.0)), (0, items, push(items, 9.0))
        )
        return length(a), length(b)

    assert numbers(f(tf.constant(3))) == [6, 6]


def test_errors_of_lists_are_those_of_the_kernels():
    @function
    def f(n):
        array = TensorArray(tf.float32, size=2)
        for i in tf.range(n):
            array = array.write(i, 1.0)
        return array.read(n - 1)

    assert float(f(tf.constant(2))) == 1.0
    with pytest.raises(OpError, match="element 2 in a list with 2"):
        f(tf.constant(3))


def test_reads_see_the_latest_write_and_merge_between_writes():
    v, w = tf.Variable([1.0, 2.0]), tf.Variable([5.0])

    @function
    def f():
        first = v + v
        w.assign_add([1.0])
        second = v * 2.0
        v.assign_add([1.0, 1.0])
        return first, second, v.read_value(), v * 1.0

    first, second, third, fourth = f()
    assert first.numpy().tolist() == second.numpy().tolist() == [2.0, 4.0]
    assert third.numpy().tolist() == fourth.numpy().tolist() == [2.0, 3.0]
    nodes = f.get_concrete_function().graph_function.optimized().graph.nodes
    assert sum(node.op.name == "ReadVariableOp" for node in nodes) == 2


def test_what_was_read_stays_when_the_variable_changes():
    v = tf.Variable(np.zeros(2000, np.float32))

    @function
    def kept():
        before = v.read_value()
        v.assign_add(tf.ones([2000]))
        return before

    @function
    def used():
        total = tf.reduce_sum(v + 1.0)
        v.assign_add(tf.ones([2000]))
        return total

    first, second = kept(), kept()
    assert (float(first[0]), float(second[0])) == (0.0, 1.0)
    assert [float(used()), float(used())] == [6000.0, 8000.0]
    assert float(first[0]) == 0.0


def test_the_way_back_through_a_tensor_array_adds_elements_where_they_belong():
    x = tf.constant(np.arange(12, dtype=np.float32).reshape(6, 2))

    @function
    def f(x):
        with GradientTape() as tape:
            tape.watch(x)
            rows = TensorArray(tf.float32, 6, clear_after_read=False).unstack(x)
            total = tf.zeros([2])
            for i in tf.range(12):
                total += tf.cast(i, tf.float32) * rows.read(i // 2)
            y = tf.reduce_sum(total)
        return tape.gradient(y, x)

    assert f(x).numpy().tolist() == [[1, 1], [5, 5], [9, 9], [13, 13], [17, 17], [21, 21]]
    with kernel_providers(["numpy"]):
        source = f.get_concrete_function(x).graph_function.plan.source
    assert "] * len(" in source  # the gradients of the elements, zero at first, are a plain list


def test_parts_of_a_tensor_are_subscripts():
    @function
    def f(x):
        a, b = tf.split(x, [1, 2], axis=1)
        c, d, e = tf.split(x, 3, axis=-1)
        return a + d + e, b, c

    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    first, second, third = f(x)
    assert first.numpy().tolist() == [[6.0], [15.0]]
    assert second.numpy().tolist() == [[2.0, 3.0], [5.0, 6.0]]
    assert third.numpy().tolist() == [[1.0], [4.0]]
    with kernel_providers(["numpy"]):
        assert f(x)[0].numpy().tolist() == [[6.0], [15.0]]
        source = f.get_concrete_function(x).graph_function.plan.source
    assert source.count("[k") == 5


def slices_in_a_loop(x):
    with GradientTape() as tape:
        tape.watch(x)
        total = tf.zeros([2])
        for i in tf.range(5):
            total += tf.cast(i, tf.float32) * x[i] + x[i + 1] * total[:1]
        y = tf.reduce_sum(total)
    return tape.gradient(y, x)


@pytest.mark.parametrize("providers", [None, ["numpy"]])
def test_the_way_back_through_slices_adds_them_in_place(providers):
    x = tf.constant(np.linspace(-1, 1, 12, dtype=np.float32).reshape(6, 2))
    with kernel_providers(providers):
        f = function(slices_in_a_loop)
        expected = slices_in_a_loop(x).numpy()
        for _ in range(3):
            np.testing.assert_allclose(f(x).numpy(), expected, rtol=1e-5)
        source = f.get_concrete_function(x).graph_function.plan.source
    assert providers is None or source.count(".copy()") >= 1


def test_an_array_that_is_looked_at_is_not_changed_in_place():
    grad = STRIDED_SLICE_GRAD

    def slice_of(i, value):
        return grad(tf.constant([3, 2]), tf.stack([i]), tf.stack([i + 1]), tf.constant([1]), value, shrink_axis_mask=1)

    @function
    def f(start):
        def body(i, total, before):
            return i + 1, total + slice_of(i, tf.ones([2])), total

        _, total, before = while_loop(lambda i, total, before: i < 3, body, (0, start, start))
        return total, before, start

    @function
    def tested(start):
        return while_loop(
            lambda i, total: tf.reduce_sum(total) < 4.0,
            lambda i, total: (i + 1, total + slice_of(i, tf.ones([2]))),
            (0, start),
        )[1]

    @function
    def alone(start):
        return while_loop(
            lambda i, total: i < 3, lambda i, total: (i + 1, total + slice_of(i, tf.ones([2]))), (0, start)
        )[1]

    start = tf.zeros([3, 2])
    total, before, same = f(start)
    assert total.numpy().tolist() == [[1, 1], [1, 1], [1, 1]]
    assert before.numpy().tolist() == [[1, 1], [1, 1], [0, 0]]
    assert tested(start).numpy().tolist() == [[1, 1], [1, 1], [0, 0]]
    first, second = alone(start), alone(start)
    assert first.numpy().tolist() == second.numpy().tolist() == [[1, 1], [1, 1], [1, 1]]
    assert not start.numpy().any()
    assert not same.numpy().any()


def test_the_way_back_keeps_what_it_needs_and_no_more():
    size = 16_384

    @function
    def f(x, n):
        with GradientTape() as tape:
            tape.watch(x)
            state = x
            for _ in tf.range(n):
                state = tf.tanh(state + 1.0) * 0.5
            y = tf.reduce_sum(state)
        return tape.gradient(y, x)

    def peak(n):
        tracemalloc.start()
        f(x, tf.constant(n))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    x = tf.zeros([size])
    with kernel_providers(["numpy"]):
        peak(2)
        few, many = peak(10), peak(50)
        for _ in range(3):
            f(x, tf.constant(50))
        again = peak(50)
    one = 4 * size  # tanh's result is all that an iteration's way back needs
    assert (many - few) / 40 < 1.2 * one
    assert again < 1.05 * many + one


LONG = tf.constant(np.linspace(-1, 1, 50_000, dtype=np.float32))


def source_of(f, *args):
    with kernel_providers(["numpy"]):
        np.testing.assert_array_equal(f(*args), f.python_function(*args))
        return f.get_concrete_function(*args).graph_function.plan.source


def test_temporaries_are_written_over():
    source = source_of(function(lambda x, y: tf.sqrt(tf.abs(tf.tanh(x * 2.0 + y) - x)) * y), LONG, LONG)
    made = [line.split(" = ")[0].strip() for line in source.splitlines() if " = " in line][1:]
    assert len(made) == 7
    assert len(set(made)) == 1


def test_what_others_hold_is_not_written_over():
    v = tf.Variable(tf.zeros([50_000]))

    def f(x):
        kept = x * 2.0
        viewed = x * 3.0
        stored = x + 1.0
        rows = tf.reshape(viewed, [500, 100])
        v.assign(stored)
        listed = push(four_rows(), viewed[:3])
        total = tf.exp(kept) * viewed + stored * kept
        more = total * 2.0 + total
        return kept, rows, v.read_value(), more, ops.TENSOR_LIST_LENGTH(listed), tf.reduce_sum(total)

    def four_rows():
        return ops.EMPTY_TENSOR_LIST(tf.constant([3]), tf.constant(-1), element_dtype=tf.float32)

    with kernel_providers(["numpy"]):
        expected = f(LONG)
        for _ in range(2):
            for got, wanted in zip(function(f)(LONG), expected, strict=True):
                np.testing.assert_array_equal(got, wanted)


def test_temporaries_of_loops_and_branches_are_their_own():
    def f(x, n):
        i = tf.constant(0)
        before = x
        while i < n:
            y = tf.tanh(x * 2.0) + before
            before = x
            if tf.reduce_sum(y) > 0.0:
                x = tf.exp(-y * y) * 0.5 + y
            else:
                x = y * y - 1.0
            i += 1
        return x, before

    with kernel_providers(["numpy"]):
        traced = function(f)
        for n in range(5):
            for got, wanted in zip(traced(LONG, tf.constant(n)), f(LONG, tf.constant(n)), strict=True):
                np.testing.assert_array_equal(got, wanted)


def test_a_long_chain_needs_the_memory_of_few_values():
    @function
    def f(x):
        for _ in range(20):
            x = tf.tanh(x * 2.0 + 1.0)
        return x

    with kernel_providers(["numpy"]):
        f(LONG)
        tracemalloc.start()
        f(LONG)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 2.5 * 4 * 50_000


def recurrence_over_slices(x, w):
    with GradientTape() as tape:
        tape.watch([x, w])
        state = tf.zeros([64, 64])
        for i in tf.range(3):
            state = tf.tanh(x[i] + state @ w)
        y = tf.reduce_sum(state)
    return tape.gradient(y, [x, w])


@pytest.mark.parametrize("providers", [None, ["numpy"]])
def test_what_is_added_in_place_stays_until_it_is_added(providers):
    x, w = (tf.constant(np.random.default_rng(i).standard_normal([3, 64, 64]).astype(np.float32)) for i in range(2))
    with kernel_providers(providers):
        f = function(recurrence_over_slices)
        for _ in range(3):
            for found, expected in zip(f(x, w[0]), recurrence_over_slices(x, w[0]), strict=True):
                np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-3, atol=1e-4)


def test_threads_have_temporaries_of_their_own():
    with kernel_providers(["numpy"]):
        chain = function(lambda x: tf.reduce_sum(tf.sqrt(tf.abs(tf.tanh(x * 2.0) - x) + 1.0) * x))
        slices = function(slices_in_a_loop)
        inputs = [LONG * float(number) for number in range(8)]
        small = [tf.reshape(x[:12], [6, 2]) for x in inputs]
        expected = [(chain(x).numpy(), slices(y).numpy()) for x, y in zip(inputs, small, strict=True)]
        with ThreadPoolExecutor(8) as pool:
            for _ in range(5):
                sums = list(pool.map(lambda x: chain(x).numpy(), inputs))
                gradients = list(pool.map(lambda y: slices(y).numpy(), small))
                for (total, gradient), got, other in zip(expected, sums, gradients, strict=True):
                    assert got == total
                    np.testing.assert_array_equal(other, gradient)


def test_a_function_and_its_plan_go_when_nobody_holds_them():
    f = function(lambda x: tf.tanh(x * 2.0) + x)
    f(LONG)
    concrete = f.get_concrete_function(LONG)
    plan = weakref.ref(concrete.graph_function.plan)
    graph = weakref.ref(concrete.graph_function.graph)
    del f, concrete
    gc.collect()
    assert plan() is None
    assert graph() is None
