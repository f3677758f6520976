"""The same budgets with the vector kernels of flowstone-kernels-simd, where they stand in between."""

from __future__ import annotations

import flowstone as tf

KERNELS = ["simd", "numpy"]
X = tf.constant([1.0, 2.0])


@tf.function
def traced(x):
    return x * x + 1.0


def test_an_eager_op(cost):
    cost(lambda: X + X).within(2, 2)
    cost(lambda: tf.exp(X)).within(4, 3)


def test_a_traced_call(cost):
    cost(lambda: traced(X), warm=3).within(18, 12)


def test_tracing(cost):
    cost(lambda: tf.function(lambda x: x * x + 1.0)(X)).within(1000, 67)
