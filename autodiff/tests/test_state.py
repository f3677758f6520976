"""Gradients of reads of variables."""

from __future__ import annotations

import numpy as np
from flowstone_autodiff.check import check_gradients
from flowstone_autodiff.tape import GradientTape
from flowstone_core.indexed_slices import IndexedSlices
from flowstone_core.ops import state as ops
from flowstone_core.variable import Variable


def gradient(v, read):
    with GradientTape() as tape:
        y = read()
    return tape.gradient(y, v)


def test_read(tf):
    v = Variable([[1.0, 2.0]])
    np.testing.assert_array_equal(gradient(v, lambda: v * 3.0), [[3.0, 3.0]])


def test_gather(tf):
    v = Variable(np.ones([3, 2], "float32"))
    found = gradient(v, lambda: v.sparse_read([[2, 0], [2, 1]]) * 2.0)
    assert isinstance(found, IndexedSlices)
    np.testing.assert_array_equal(tf.convert_to_tensor(found), [[2.0, 2.0], [2.0, 2.0], [4.0, 4.0]])


def test_gather_in_batches(tf):
    v = Variable(np.ones([2, 3], "float32"))
    found = gradient(v, lambda: ops.RESOURCE_GATHER(v.handle, [[2, 2], [0, 1]], dtype=tf.float32, batch_dims=1))
    np.testing.assert_array_equal(found, [[0.0, 0.0, 2.0], [1.0, 1.0, 0.0]])


def test_gather_nd(tf):
    v = Variable(np.ones([2, 3], "float32"))
    np.testing.assert_array_equal(gradient(v, lambda: v.gather_nd([[1, 2], [1, 2], [0, 0]])), [[1, 0, 0], [0, 0, 2]])
    assert isinstance(gradient(v, lambda: v.gather_nd([[1], [1]])), IndexedSlices)


def test_second_order(tf):
    v = Variable(np.array([1.0, 2.0, 3.0]))

    def f(x):
        return tf.gather(v, [0, 2]) * x * x

    check_gradients(f, [tf.constant([0.5, 0.7], tf.float64)])
    with GradientTape() as outer:
        with GradientTape() as inner:
            y = tf.reduce_sum(tf.gather(v, [0, 2, 0]) ** 3.0)
        first = tf.convert_to_tensor(inner.gradient(y, v))
    np.testing.assert_allclose(tf.convert_to_tensor(outer.gradient(first, v)), [12.0, 0.0, 18.0])
