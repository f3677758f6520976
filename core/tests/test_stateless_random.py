"""Random numbers that are functions of a seed: TensorFlow 2.21's own."""

import numpy as np
import pytest
from flowstone_core.api import tf


def test_tensorflows_numbers():
    np.testing.assert_allclose(
        tf.random.stateless_uniform([5], [1, 2]).numpy(),
        [0.8440604, 0.19204533, 0.9962232, 0.1603874, 0.27199018],
        rtol=1e-6,
    )
    np.testing.assert_allclose(
        tf.random.stateless_normal([5], [3, 4]).numpy(),
        [-0.17393383, 1.6723547, 0.34817016, -1.7038907, -0.6153246],
        rtol=1e-5,
    )
    np.testing.assert_array_equal(
        tf.random.stateless_uniform([5], [1, 2], 0, 100, "int32").numpy(), [40, 49, 94, 79, 27]
    )
    np.testing.assert_array_equal(
        tf.random.stateless_uniform([3], [1, 2], None, None, "int64").numpy(),
        [7464880146280614444, 1591045637757961278, -1057468755545501549],
    )


def test_numbers_far_into_the_stream():
    np.testing.assert_allclose(
        tf.random.stateless_uniform([600, 700], [5, 6]).numpy()[300, 400:404],
        [0.97299147, 0.526592, 0.74932146, 0.5530406],
        rtol=1e-6,
    )
    np.testing.assert_allclose(
        tf.random.stateless_truncated_normal([300, 70], [5, 6]).numpy()[200, 10:14],
        [0.2452334, 0.6304026, 1.2549117, 1.5872911],
        rtol=1e-5,
    )


def test_misuse():
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"seed must have shape \[2\]"):
        tf.random.stateless_uniform([2], [1, 2, 3])
    with pytest.raises(ValueError, match="Must specify maxval"):
        tf.random.stateless_uniform([2], [1, 2], dtype="int32")
    with pytest.raises(tf.errors.InvalidArgumentError, match="Philox"):
        tf.random.stateless_uniform([2], [1, 2], alg="threefry")
    with pytest.raises(ValueError, match="unsupported value"):
        tf.random.stateless_uniform([2], [1, 2], alg="dice")
