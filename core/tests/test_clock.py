import time

from flowstone_core.api import tf


def test_timestamp():
    before = time.time()
    now = tf.timestamp()
    assert before <= now.numpy() <= time.time()
    assert now.dtype is tf.float64
    assert now.shape.as_list() == []
