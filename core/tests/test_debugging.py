"""``tf.debugging``: messages, and switches of the thread."""

from __future__ import annotations

import logging

import pytest
from flowstone_core import debugging, errors
from flowstone_core.api import tf


def test_messages_show_what_differs():
    with pytest.raises(errors.InvalidArgumentError) as caught:
        tf.debugging.assert_equal([1, 2, 3, 4], [1, 0, 3, 0], message="counts", summarize=1)
    text = str(caught.value)
    assert text.startswith("counts\nCondition x == y did not hold.")
    assert "Indices of first 1 different values:\n[[1]]" in text
    assert "Corresponding x values:\n[2]" in text


@pytest.mark.parametrize(("summarize", "shown"), [(None, "[0 1 2]"), (1, "[0]"), (-1, "[0 1 2 3 4]")])
def test_summarize(summarize, shown):
    with pytest.raises(errors.InvalidArgumentError) as caught:
        tf.debugging.assert_less(tf.range(5), 0, summarize=summarize)
    assert f"elements of x:\n{shown}" in str(caught.value)


def test_shapes_are_named():
    with pytest.raises(ValueError, match="must have size 3"):
        tf.debugging.assert_shapes([(tf.ones([2, 3]), ("N", "D")), (tf.ones([2]), ("D",))])


@pytest.fixture
def checking():
    debugging.enable_check_numerics()
    yield
    debugging.disable_check_numerics()


def test_check_numerics_names_the_op(checking):
    debugging.enable_check_numerics()  # once is enough
    tf.math.log(tf.constant(1.0))
    with pytest.raises(errors.InvalidArgumentError, match="'Log'.*1 NaN and 1 infinite of 3"):
        tf.math.log(tf.constant([-1.0, 0.0, 1.0]))
    tf.constant(float("nan"))  # a constant may be anything


def test_check_numerics_ends(checking):
    debugging.disable_check_numerics()
    debugging.disable_check_numerics()
    assert tf.math.log(tf.constant(0.0)).numpy() == -float("inf")


def test_log_device_placement(caplog):
    assert not debugging.get_log_device_placement()
    debugging.set_log_device_placement(True)
    try:
        assert debugging.get_log_device_placement()
        with caplog.at_level(logging.INFO, logger="tensorflow"):
            tf.constant(1.0) * 2.0
    finally:
        debugging.set_log_device_placement(False)
    assert "Executing op Mul in device /job:localhost/replica:0/task:0/device:CPU:0" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="tensorflow"):
        tf.constant(1.0) * 2.0
    assert not caplog.text


def test_traceback_filtering_is_a_switch():
    debugging.disable_traceback_filtering()
    assert not debugging.is_traceback_filtering_enabled()
    debugging.enable_traceback_filtering()
    assert debugging.is_traceback_filtering_enabled()


def test_dumping_is_refused():
    debugging.disable_dump_debug_info()
    with pytest.raises(errors.UnimplementedError, match="enable_check_numerics"):
        debugging.enable_dump_debug_info("/nowhere")
