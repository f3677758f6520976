"""What is known of values while tracing."""

from __future__ import annotations

import numpy as np
import pytest
from flowstone_core import debugging, errors
from flowstone_core.api import tf
from flowstone_core.static_value import get_static_value
from flowstone_core.type_spec import TensorSpec
from flowstone_graphfn.function import function


def known(make, *, partial=False):
    found = []

    @function(input_signature=[TensorSpec([2, None], tf.float32)], autograph=False)
    def f(x):
        found.append(get_static_value(make(x), partial))
        return x

    f.get_concrete_function()
    return found[0]


@pytest.mark.parametrize(
    ("make", "value"),
    [
        (lambda x: tf.cast([1, 2], tf.float64), [1.0, 2.0]),
        (lambda x: tf.shape(x[:, 0]), [2]),
        (lambda x: tf.rank(x), 2),
        (lambda x: tf.concat([[1], tf.fill([2], 7)], 0), [1, 7, 7]),
        (lambda x: tf.stack([tf.rank(x), 3]), [2, 3]),
        (lambda x: tf.split([1, 2, 3, 4], 2)[1], [3, 4]),
        (lambda x: tf.range(1, 4), [1, 2, 3]),
    ],
)
def test_known(make, value):
    found = known(make)
    assert np.asarray(found).tolist() == value


@pytest.mark.parametrize("make", [lambda x: x, lambda x: tf.shape(x), lambda x: tf.stack([tf.shape(x)[1], 2])])
def test_unknown(make):
    assert known(make) is None


def test_partly_known():
    assert known(lambda x: tf.stack([tf.shape(x)[1], 2]), partial=True).tolist() == [None, 2]


def test_functions_traced_while_numbers_are_checked_check_inside():
    @function
    def f(x):
        return tf.math.log(x) * 2.0

    debugging.enable_check_numerics()
    try:
        assert f(tf.constant(1.0)).numpy() == 0
        with pytest.raises(errors.InvalidArgumentError, match="graph op 'Log'"):
            f(tf.constant(0.0))
    finally:
        debugging.disable_check_numerics()
