"""``tf.device``: which names it takes."""

from __future__ import annotations

import pytest
from flowstone_core.api import tf


@pytest.mark.parametrize("name", ["cpu", "CPU", "gpu", "/cpu:0", "CPU:0", "/device:CPU:0", "", None])
def test_names_that_tf_device_takes(name):
    with tf.device(name):
        assert tf.constant(1.0).device.endswith("device:CPU:0")


def test_a_name_that_it_refuses():
    with pytest.raises(ValueError, match="foo"):
        tf.device("foo")
