"""Optimizers' fused ops: buffers, repeated rows, locks and messages. Values are compared with TensorFlow in parity."""

import numpy as np
import pytest
from flowstone_core.api import tf
from flowstone_core.errors import FailedPreconditionError, InvalidArgumentError
from flowstone_core.kernels.training import _rounds
from flowstone_core.ops import training as ops


def test_a_value_that_was_read_never_changes():
    v = tf.Variable([1.0, 2.0])
    before = v.value()
    ops.APPLY_GRADIENT_DESCENT(v.handle, 0.5, [2.0, 2.0])
    np.testing.assert_array_equal(before.numpy(), [1.0, 2.0])
    np.testing.assert_array_equal(v.numpy(), [0.0, 1.0])


@pytest.mark.parametrize("indices", [[0, 1, 2], [], [2, 0, 2, 2, 0], [1, 1]])
def test_rounds_name_each_row_once_and_keep_the_order(indices):
    rounds = [np.arange(len(indices))[part] for part in _rounds(np.array(indices, np.int64))]
    assert sorted(place for each in rounds for place in each) == list(range(len(indices)))
    for each in rounds:
        rows = [indices[place] for place in each]
        assert len(set(rows)) == len(rows)
    for row in set(indices):
        places = [place for each in rounds for place in each if indices[place] == row]
        assert places == sorted(places)


def test_a_row_named_twice_takes_two_steps():
    v, accum = tf.Variable([0.0, 0.0]), tf.Variable([0.0, 0.0])
    ops.SPARSE_APPLY_MOMENTUM(v.handle, accum.handle, 1.0, [1.0, 1.0], np.array([1, 1]), 0.5)
    np.testing.assert_array_equal(v.numpy(), [0.0, -2.5])
    np.testing.assert_array_equal(accum.numpy(), [0.0, 1.5])


def test_no_rows_change_nothing():
    v, accum = tf.Variable([1.0, 2.0]), tf.Variable([1.0, 1.0])
    ops.SPARSE_APPLY_ADAGRAD(v.handle, accum.handle, 1.0, np.zeros(0, np.float32), np.zeros(0, np.int64))
    np.testing.assert_array_equal(v.numpy(), [1.0, 2.0])


def test_nothing_is_written_when_one_shape_is_wrong():
    v, m, wrong = tf.Variable([1.0, 2.0]), tf.Variable([0.0, 0.0]), tf.Variable([0.0])
    with pytest.raises(InvalidArgumentError, match=r"var and ms do not have the same shape: \(2,\) and \(1,\)"):
        ops.APPLY_RMS_PROP(v.handle, wrong.handle, m.handle, 0.1, 0.9, 0.0, 0.1, [1.0, 1.0])
    np.testing.assert_array_equal(v.numpy(), [1.0, 2.0])


def test_messages():
    v, accum = tf.Variable([1.0, 2.0]), tf.Variable([1.0, 1.0])
    with pytest.raises(InvalidArgumentError, match=r"index 7 at offset 1 in indices is out of range \[0, 2\)"):
        ops.SPARSE_APPLY_ADAGRAD(v.handle, accum.handle, 1.0, [1.0, 1.0], np.array([0, 7]))
    with pytest.raises(InvalidArgumentError, match="lr is not a scalar"):
        ops.APPLY_ADAGRAD(v.handle, accum.handle, [1.0], [1.0, 1.0])
    accum._state.assign(None)
    with pytest.raises(FailedPreconditionError, match="before it has a value"):
        ops.APPLY_ADAGRAD(v.handle, accum.handle, 1.0, [1.0, 1.0])
