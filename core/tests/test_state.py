"""Variables: reading, assigning, scattering, buffers that never change under a tensor, and lifetimes."""

import copy
import gc
import pickle
import threading
import weakref

import numpy as np
import pytest
from flowstone_core.api import tf
from flowstone_core.ops import state as ops


@pytest.fixture
def variable():
    return tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name="v")


def test_what_it_is(variable):
    assert variable.name == "v:0"
    assert variable.shape.as_list() == [3, 2]
    assert variable.dtype is tf.float32
    assert variable.trainable
    assert repr(variable).startswith("<tf.Variable 'v:0' shape=(3, 2) dtype=float32, numpy=")
    with pytest.raises(TypeError, match="unhashable"):
        hash(variable)
    assert variable.ref().deref() is variable


def test_assignments(variable):
    assert variable.assign(np.zeros((3, 2))) is variable
    variable.assign_add(np.ones((3, 2)))
    variable.assign_sub(np.full((3, 2), 3.0))
    np.testing.assert_array_equal(variable.numpy(), np.full((3, 2), -2.0))


def test_a_tensor_that_was_read_never_changes(variable):
    before = variable.value()
    kept = before.numpy()
    for _ in range(3):
        variable.assign_add(np.ones((3, 2)))
        variable.scatter_update(tf.IndexedSlices(tf.constant([[9.0, 9.0]]), tf.constant([1])))
    np.testing.assert_array_equal(before.numpy(), kept)


def test_updates_happen_in_place_while_nobody_holds_the_buffer(variable):
    variable.assign_add(np.ones((3, 2)))  # the first makes a buffer of its own
    buffer = variable._state.array
    variable.assign_add(np.ones((3, 2)))
    assert variable._state.array is buffer
    held = variable.value()
    variable.assign_add(np.ones((3, 2)))
    assert variable._state.array is not buffer
    np.testing.assert_array_equal(held.numpy() + 1, variable.numpy())


def test_a_variable_does_not_follow_the_array_it_came_from():
    source = np.zeros(2, np.float32)
    variable = tf.Variable(source)
    source[:] = 1
    np.testing.assert_array_equal(variable.numpy(), [0, 0])
    value = variable.numpy()
    value[:] = 5
    np.testing.assert_array_equal(variable.numpy(), [0, 0])


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("scatter_add", [[1, 2], [13, 14], [5, 6]]),
        ("scatter_sub", [[1, 2], [-7, -6], [5, 6]]),
        ("scatter_mul", [[1, 2], [30, 40], [5, 6]]),
        ("scatter_div", [[1, 2], [0.3, 0.4], [5, 6]]),
        ("scatter_min", [[1, 2], [3, 4], [5, 6]]),
        ("scatter_max", [[1, 2], [10, 10], [5, 6]]),
        ("scatter_update", [[1, 2], [10, 10], [5, 6]]),
    ],
)
def test_scatter(variable, method, expected):
    getattr(variable, method)(tf.IndexedSlices(tf.constant([[10.0, 10.0]]), tf.constant([1])))
    np.testing.assert_allclose(variable.numpy(), np.array(expected, np.float32), rtol=1e-6)


def test_repeated_rows_add_up(variable):
    variable.scatter_add(tf.IndexedSlices(tf.constant([[1.0, 0.0], [1.0, 0.0]]), tf.constant([2, 2])))
    np.testing.assert_array_equal(variable.numpy()[2], [7, 6])


def test_scatter_nd(variable):
    variable.scatter_nd_add([[0, 1], [2, 0]], [10.0, 20.0])
    variable.scatter_nd_sub([[0, 0]], [1.0])
    variable.scatter_nd_update([[1]], [[7.0, 8.0]])
    np.testing.assert_array_equal(variable.numpy(), [[0, 12], [7, 8], [25, 6]])


def test_gathering_does_not_read_the_whole(variable):
    variable.assign_add(np.zeros((3, 2)))
    np.testing.assert_array_equal(variable.sparse_read([2, 0]).numpy(), [[5, 6], [1, 2]])
    np.testing.assert_array_equal(variable.gather_nd([[1, 1]]).numpy(), [4])
    assert not variable._state.escaped


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda v: v.assign([1.0]), ValueError, "Shape mismatch"),
        (lambda v: v.assign_add([1.0]), tf.errors.InvalidArgumentError, "shapes must be equal"),
        (lambda v: v.assign("a"), TypeError, "Cannot convert"),
        (lambda v: v.sparse_read([3]), tf.errors.InvalidArgumentError, r"indices\[0\] = 3 is not in \[0, 3\)"),
        (lambda v: v.gather_nd([[0, 2]]), tf.errors.InvalidArgumentError, "is not in"),
        (lambda v: v.scatter_nd_add([[9, 0]], [1.0]), tf.errors.InvalidArgumentError, "is not in"),
        (lambda v: v.scatter_add([1.0]), TypeError, "IndexedSlices"),
        (lambda v: tf.Variable(None), ValueError, "must not be None"),
        (lambda v: tf.Variable([1.0], shape=[2]), ValueError, "not compatible"),
        (lambda v: tf.Variable(1.0, constraint=3), ValueError, "callable"),
    ],
)
def test_misuse(variable, call, error, message):
    before = variable.numpy()
    with pytest.raises(error, match=message):
        call(variable)
    np.testing.assert_array_equal(variable.numpy(), before)


def test_reading_before_there_is_a_value():
    handle = ops.VAR_HANDLE(dtype="float32", shape=[2])
    assert not ops.IS_INITIALIZED(handle).numpy()
    with pytest.raises(tf.errors.FailedPreconditionError, match="before it has a value"):
        ops.READ_VARIABLE(handle, dtype="float32")
    ops.ASSIGN(handle, tf.constant([1.0, 2.0]))
    np.testing.assert_array_equal(ops.READ_VARIABLE(handle, dtype="float32").numpy(), [1, 2])
    np.testing.assert_array_equal(ops.VARIABLE_SHAPE(handle).numpy(), [2])
    ops.DESTROY_RESOURCE(handle)
    assert not ops.IS_INITIALIZED(handle).numpy()


def test_an_unknown_shape():
    variable = tf.Variable([1.0], shape=tf.TensorShape(None))
    variable.assign([[1.0, 2.0]])
    assert variable.shape.rank is None
    assert variable.numpy().shape == (1, 2)


def test_arithmetic_and_conversion(variable):
    np.testing.assert_array_equal((variable * 2 + 1).numpy(), variable.numpy() * 2 + 1)
    np.testing.assert_array_equal((1 - variable).numpy(), 1 - variable.numpy())
    np.testing.assert_array_equal(np.asarray(variable), variable.numpy())
    assert float(tf.Variable(2.5)) == 2.5
    assert [10, 20, 30][tf.Variable(1)] == 20
    with pytest.raises(ValueError, match="Incompatible type conversion"):
        tf.convert_to_tensor(variable, dtype=tf.int32)


def test_copies_and_pickles(variable):
    for other in (copy.copy(variable), copy.deepcopy(variable), pickle.loads(pickle.dumps(variable))):
        np.testing.assert_array_equal(other.numpy(), variable.numpy())
        other.assign_add(np.ones((3, 2)))
    np.testing.assert_array_equal(variable.numpy(), [[1, 2], [3, 4], [5, 6]])


def test_it_lives_as_long_as_somebody_holds_it():
    variable = tf.Variable(1.0)
    reference, state = weakref.ref(variable), weakref.ref(variable._state)
    doubled = variable * 2
    del variable
    gc.collect()
    assert reference() is None
    assert state() is None
    assert float(doubled) == 2.0


def test_creators_see_every_new_variable():
    seen = []

    def creator(following, **kwargs):
        seen.append(kwargs["name"])
        return following(**{**kwargs, "trainable": False})

    with tf.variable_creator_scope(creator):
        assert not tf.Variable(1.0, name="a").trainable
    assert tf.Variable(1.0, name="b").trainable
    assert seen == ["a"]


def test_threads_add_up():
    variable = tf.Variable(np.zeros(100, np.int64))

    def work():
        for _ in range(200):
            variable.assign_add(np.ones(100, np.int64))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(variable.numpy(), np.full(100, 1600))
