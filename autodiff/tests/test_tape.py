"""``tf.GradientTape``: what it records, what it answers, what it refuses."""

from __future__ import annotations

import gc
import logging
import threading
import weakref

import numpy as np
import pytest
from flowstone_autodiff.tape import GradientTape
from flowstone_autodiff.unconnected import UnconnectedGradients
from flowstone_core.indexed_slices import IndexedSlices
from flowstone_core.interpreter import stack
from flowstone_core.variable import Variable


@pytest.fixture
def x(tf):
    return tf.constant(3.0)


def value(gradient):
    return None if gradient is None else float(gradient)


# -- what is recorded ------------------------------------------------------------------------------------------------


def test_watched_tensor(tf, x):
    with GradientTape() as tape:
        tape.watch(x)
        y = x * x
    assert value(tape.gradient(y, x)) == 6.0


def test_unwatched_tensor(tf, x):
    with GradientTape() as tape:
        y = x * x
    assert tape.gradient(y, x) is None


def test_nothing_is_kept_of_unwatched_computations(tf, x):
    with GradientTape() as tape:
        y = x * x
        kept = weakref.ref(y)
        del y
        gc.collect()
        assert kept() is None
        assert tape.gradient(x * x, x) is None


def test_intermediate_and_several_sources(tf, x):
    with GradientTape() as tape:
        tape.watch(x)
        y = x * 2.0
        z = y * y
    assert [value(each) for each in tape.gradient(z, [y, x, z])] == [12.0, 24.0, 1.0]


def test_several_targets_are_added_up(tf, x):
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * 2.0
        z = y * y
    assert [value(each) for each in tape.gradient([z, y], [y, x])] == [13.0, 26.0]
    assert value(tape.gradient([z, z], x)) == 48.0


def test_a_target_is_its_own_source(tf, x):
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * 2.0
    assert value(tape.gradient(x, x)) == 1.0
    assert value(tape.gradient(y, y)) == 1.0


def test_structures(tf, x):
    with GradientTape(persistent=True) as tape:
        tape.watch({"a": x, "b": [x]})
        y = x * x
    found = tape.gradient({"y": (y, y)}, {"a": x, "b": [x]})
    assert found.keys() == {"a", "b"}
    assert value(found["a"]) == value(found["b"][0]) == 12.0
    assert tape.gradient(y, []) == []
    assert tape.gradient([], x) is None


def test_stop_recording(tf, x):
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        with tape.stop_recording():
            z = y * y
        w = y * 3.0
    assert tape.gradient(z, x) is None
    assert value(tape.gradient(w, x)) == 18.0


def test_stop_recording_goes_on_after_an_exception(tf, x):
    with GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(KeyError), tape.stop_recording():
            raise KeyError
        y = x * x
    assert value(tape.gradient(y, x)) == 6.0


def test_reset(tf, x):
    with GradientTape() as tape:
        tape.watch(x)
        y = x * x
        tape.reset()
        z = y * y
    assert tape.gradient(z, x) is None


def test_entered_again(tf, x):
    with GradientTape() as tape:
        tape.watch(x)
        y = x * x
    with tape:
        z = y * y
    assert value(tape.gradient(z, x)) == 108.0


def test_stop_gradient(tf, x):
    with GradientTape() as tape:
        tape.watch(x)
        y = tf.stop_gradient(x) * x
    assert value(tape.gradient(y, x)) == 3.0


def test_integers_carry_no_gradient(tf, x, caplog):
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        n = tf.cast(x, tf.int32)
        y = tf.cast(n, tf.float32) * x
        with caplog.at_level(logging.WARNING, "flowstone"):
            tape.watch(n)
    assert tape.gradient(n, x) is None
    assert value(tape.gradient(y, x)) == 3.0
    assert "must be floating (e.g. tf.float32), got tf.int32" in caplog.text


# -- variables -------------------------------------------------------------------------------------------------------


def test_trainable_variables_are_watched(tf):
    v, w = Variable(1.0), Variable(2.0, trainable=False)
    with GradientTape() as tape:
        y = v * w
    assert [value(each) for each in tape.gradient(y, [v, w])] == [2.0, None]
    assert len(tape.watched_variables()) == 1
    assert tape.watched_variables()[0] is v


def test_variables_are_not_watched_when_they_are_assigned(tf):
    v = Variable(1.0)
    with GradientTape() as tape:
        v.assign(2.0)
        v.assign_add(1.0)
    assert tape.watched_variables() == ()


def test_watch_accessed_variables_false(tf):
    v, w = Variable(1.0), Variable(2.0)
    with GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(w)
        y = v * w
    assert [value(each) for each in tape.gradient(y, [v, w])] == [None, 1.0]
    assert [each is w for each in tape.watched_variables()] == [True]


def test_a_variable_that_is_not_trainable_can_be_watched(tf):
    v = Variable(2.0, trainable=False)
    with GradientTape() as tape:
        tape.watch(v)
        y = v * v
    assert value(tape.gradient(y, v)) == 4.0


def test_assignment_between_reads(tf, x):
    v = Variable(1.0)
    with GradientTape() as tape:
        y = v * 2.0
        v.assign_add(x)
        z = v * v
    assert value(tape.gradient([y, z], v)) == 10.0


def test_a_variable_as_target(tf):
    v = Variable([1.0, 2.0])
    with GradientTape() as tape:
        v.read_value()
    np.testing.assert_array_equal(tape.gradient(v, v), [1.0, 1.0])


# -- sparse gradients ------------------------------------------------------------------------------------------------


def test_gathers_give_slices(tf):
    v = Variable([1.0, 2.0, 3.0])
    with GradientTape(persistent=True) as tape:
        once = tf.gather(v, [0, 0, 2])
        twice = tf.reduce_sum(once) + tf.reduce_sum(tf.gather(v, [1, 0]))
        mixed = tf.reduce_sum(once) + tf.reduce_sum(v)
    found = tape.gradient(once, v)
    assert isinstance(found, IndexedSlices)
    np.testing.assert_array_equal(found.indices, [0, 0, 2])
    np.testing.assert_array_equal(found.dense_shape, [3])
    added = tape.gradient(twice, v)
    assert isinstance(added, IndexedSlices)
    np.testing.assert_array_equal(added.indices.numpy()[np.argsort(added.indices.numpy())], [0, 0, 0, 1, 2])
    np.testing.assert_array_equal(tape.gradient(mixed, v), [3.0, 1.0, 2.0])


def test_slices_become_dense_on_the_way(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = tf.gather(x * 2.0, [0, 0, 2])
    np.testing.assert_array_equal(tape.gradient(y, x), [4.0, 0.0, 2.0])


# -- weights and unconnected sources ---------------------------------------------------------------------------------


def test_output_gradients(tf, x):
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * [1.0, 2.0]
    assert value(tape.gradient(y, x, output_gradients=tf.constant([1.0, 5.0]))) == 11.0
    assert value(tape.gradient([y], x, output_gradients=[tf.constant([1.0, 5.0])])) == 11.0
    assert value(tape.gradient([y, y], x, output_gradients=[None, tf.constant([1.0, 5.0])])) == 14.0
    with pytest.raises(ValueError, match="one of `output_gradients` for each of the 2 targets"):
        tape.gradient([y, y], x, output_gradients=[tf.constant([1.0, 5.0])])


def test_unconnected(tf, x):
    z = tf.constant([1.0, 2.0])
    n = tf.constant(1)
    with GradientTape(persistent=True) as tape:
        tape.watch([x, z])
        y = x * 2.0
    assert tape.gradient(y, z) is None
    for zero in ("zero", UnconnectedGradients.ZERO):
        np.testing.assert_array_equal(tape.gradient(y, z, unconnected_gradients=zero), [0.0, 0.0])
    assert tape.gradient(y, n, unconnected_gradients="zero").dtype is tf.int32
    v = Variable([1.0, 2.0])
    np.testing.assert_array_equal(tape.gradient(y, v, unconnected_gradients="zero"), [0.0, 0.0])


# -- higher derivatives ----------------------------------------------------------------------------------------------


def test_nested_tapes(tf, x):
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as middle:
            middle.watch(x)
            with GradientTape() as inner:
                inner.watch(x)
                y = x**4.0
            first = inner.gradient(y, x)
        second = middle.gradient(first, x)
    third = outer.gradient(second, x)
    assert [value(each) for each in (first, second, third)] == pytest.approx([108.0, 108.0, 72.0])


def test_a_persistent_tape_differentiates_its_own_gradient(tf, x, caplog):
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x * x
        with caplog.at_level(logging.WARNING, "flowstone"):
            first = tape.gradient(y, x)
    assert value(tape.gradient(first, x)) == 18.0
    assert "on a persistent tape inside its context" in caplog.text


# -- Jacobians -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [True, False])
def test_jacobian(tf, at_once):
    x, z = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant(1.0)
    v = Variable([1.0, 1.0])
    with GradientTape(persistent=True) as tape:
        tape.watch([x, z])
        y = tf.reduce_sum(x * x, 1) * v
    found = tape.jacobian(y, {"x": x, "v": v, "z": z}, experimental_use_pfor=at_once)
    np.testing.assert_array_equal(found["x"], [[[2.0, 4.0], [0.0, 0.0]], [[0.0, 0.0], [6.0, 8.0]]])
    np.testing.assert_array_equal(found["v"], [[5.0, 0.0], [0.0, 25.0]])
    assert found["z"] is None
    zeros = tape.jacobian(y, z, unconnected_gradients="zero", experimental_use_pfor=at_once)
    np.testing.assert_array_equal(zeros, [0.0, 0.0])
    with pytest.raises(AttributeError):
        tape.jacobian({"y": y}, x)


def test_jacobian_of_nothing(tf):
    x = tf.constant([1.0, 2.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = x[:0] * 2.0
    assert tape.jacobian(y, x).shape == [0, 2]


@pytest.mark.parametrize("at_once", [True, False])
def test_batch_jacobian(tf, at_once):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.stack([x[:, 0] * x[:, 1], x[:, 1], x[:, 0]], 1)
        unrelated = tf.ones([2, 3])
        short = y[:1]
    expected = [[[2.0, 1.0], [0.0, 1.0], [1.0, 0.0]], [[4.0, 3.0], [0.0, 1.0], [1.0, 0.0]]]
    np.testing.assert_array_equal(tape.batch_jacobian(y, x, experimental_use_pfor=at_once), expected)
    np.testing.assert_array_equal(tape.batch_jacobian(unrelated, x), np.zeros([2, 3, 2]))
    with pytest.raises(ValueError, match="to match"):
        tape.batch_jacobian(short, x)
    with pytest.raises(IndexError):
        tape.batch_jacobian(tf.constant(1.0), x)


# -- refusals --------------------------------------------------------------------------------------------------------


def test_used_up(tf, x):
    with GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.gradient(y, x)
    for ask in (tape.gradient, tape.jacobian):
        with pytest.raises(RuntimeError, match="can only be used to compute one set of gradients"):
            ask(y, x)


def test_gradient_inside_the_context_ends_recording(tf, x):
    with GradientTape() as tape:
        tape.watch(x)
        y = x * x
        tape.gradient(y, x)
        assert stack() == []


def test_misuse(tf, x):
    tape = GradientTape()
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.gradient(x, x)
    with pytest.raises(AttributeError, match="entered"):
        tape.watch(x)
    with pytest.raises(RuntimeError, match="not recording"), tape.stop_recording():
        pass
    with pytest.raises(ValueError, match="not recording"):
        tape.reset()
    assert tape.watched_variables() == ()
    with tape:
        with pytest.raises(ValueError, match="re-enter"):
            tape.__enter__()
        for wrong in ("text", 1.0, None):
            with pytest.raises(ValueError, match="Passed in object"):
                tape.watch(wrong)
        tape.watch(x)
        y = x * x
    for target, sources, error in ((None, x, TypeError), (y, None, TypeError), ([y, None], x, TypeError)):
        with pytest.raises(error):
            GradientTape.gradient(tape, target, sources)
    with pytest.raises(AttributeError, match=r"tf\.constant"):
        tape.gradient(y, 3.0)
    with pytest.raises(ValueError, match="'foo'"):
        tape.gradient(y, x, unconnected_gradients="foo")
    assert value(tape.gradient(y, x)) == 6.0  # none of this used it up


def test_missing_rule(tf):
    x = tf.constant([0.5])
    with GradientTape() as tape:
        tape.watch(x)
        y = tf.raw_ops.Unique(x=x)[0]
    with pytest.raises(LookupError, match="Unique"):
        tape.gradient(y, x)


# -- memory and threads ----------------------------------------------------------------------------------------------


def test_memory_goes_with_the_tape(tf):
    v = Variable(np.ones(4, "float32"))
    with GradientTape(persistent=True) as tape:
        y = v * 2.0
        kept = weakref.ref(y)
        del y
    assert kept() is not None
    del tape
    assert kept() is None
    alive = weakref.ref(v)
    del v
    assert alive() is None


def test_records_go_while_they_are_used(tf, x):
    with GradientTape() as tape:
        tape.watch(x)
        y = x * 2.0
        kept = weakref.ref(y)
        y = y * 2.0
    tape.gradient(y, x)
    assert kept() is None


def test_tapes_are_of_one_thread(tf, x):
    results = {}

    def work(number):
        with GradientTape() as tape:
            tape.watch(x)
            y = x
            for _ in range(number):
                y = y * x
        results[number] = value(tape.gradient(y, x))

    with GradientTape() as outer:
        outer.watch(x)
        threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(outer._recorder.records) == 0
    assert results == {number: pytest.approx((number + 1) * 3.0**number) for number in range(1, 9)}
