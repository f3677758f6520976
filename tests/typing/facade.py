"""What type checkers know of ``tf``: checked by mypy in ``nox -s types``, never run."""

from __future__ import annotations

from typing import assert_type

import flowstone as tf
import flowstone.keras.layers as by_name
from flowstone import keras
from flowstone.keras.layers import Dense

assert_type(tf.TensorShape([1]), tf.TensorShape)
assert_type(tf.float32, tf.DType)
assert_type(tf.__version__, str)
assert_type(tf.keras.layers.Dense(3), Dense)
assert_type(keras.layers.Dense(3), by_name.Dense)
assert_type(tf.Variable(1.0), tf.Variable)
assert_type(tf.compat.v2.TensorShape([1]), tf.TensorShape)
assert_type(tf.installed(), dict[str, str])


def annotated(x: tf.Tensor, model: tf.keras.Model, dataset: tf.data.Dataset) -> tf.keras.optimizers.Optimizer:
    """Public names serve as annotations."""
    return tf.keras.optimizers.Adam(1e-3)


tf.no_such_name  # type: ignore[attr-defined]  # noqa: B018
