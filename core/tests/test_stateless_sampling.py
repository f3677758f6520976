"""Samples that are functions of a seed: TensorFlow 2.21's own numbers."""

import numpy as np
import pytest
from flowstone_core.api import tf


def test_tensorflows_numbers():
    r = tf.random
    assert r.stateless_poisson([4], [1, 2], 3.0, dtype=tf.int32).numpy().tolist() == [5, 5, 4, 6]
    assert r.stateless_categorical([[0.0, 1.0, 2.0]], 6, [1, 2]).numpy().tolist() == [[2, 2, 1, 2, 2, 2]]
    assert r.stateless_binomial([4], [1, 2], 10.0, 0.3).numpy().tolist() == [5, 5, 5, 4]
    assert r.experimental.stateless_shuffle([1, 2, 3, 4, 5], [1, 2]).numpy().tolist() == [1, 3, 2, 5, 4]
    gamma = r.stateless_gamma([3], [1, 2], 2.0).numpy()
    np.testing.assert_allclose(gamma, [2.81727, 1.92414, 3.33601], rtol=1e-5)


def test_shapes_that_do_not_fit():
    with pytest.raises(tf.errors.InvalidArgumentError, match="must end with the broadcasted shape"):
        tf.random.stateless_poisson([4], [1, 2], [3.0], dtype=tf.int32)
