"""Lambda and Wrapper beside what Keras does."""

import numpy as np
import pytest
from flowstone_core.api import tf
from flowstone_layers.core.dense import Dense
from flowstone_layers.core.input_layer import Input
from flowstone_layers.core.lambda_layer import Lambda
from flowstone_layers.core.wrapper import Wrapper
from flowstone_layers.custom_objects import register_keras_serializable
from flowstone_layers.models.functional import Functional


@register_keras_serializable("tests")
def scaled(x, by=1.0):
    return x * by


def test_lambda_is_its_function():
    assert Lambda(lambda x: x * 2)(np.ones((1, 2), "float32")).numpy().tolist() == [[2.0, 2.0]]
    layer = Lambda(lambda x, training=False: x + (1.0 if training else 0.0))
    assert layer(tf.zeros([1]), training=True).numpy().tolist() == [1.0]
    inputs = Input((3,))
    model = Functional(inputs, Lambda(lambda x: (x, x + 1.0))(inputs))
    assert [y.numpy().tolist() for y in model(tf.zeros([1, 3]))] == [[[0.0] * 3], [[1.0] * 3]]


def test_lambda_shapes():
    assert tuple(Lambda(lambda x: x[:, :1]).compute_output_shape((None, 4))) == (None, 1)
    assert Lambda(scaled, output_shape=(2,)).compute_output_shape((None, 5)) == (None, 2)
    assert Lambda(scaled, output_shape=lambda shape: shape[:1]).compute_output_shape((7, 5)) == (7,)


def test_lambda_configuration():
    layer = Lambda(scaled, arguments={"by": 3.0}, name="triple")
    again = Lambda.from_config(layer.get_config())
    assert again.name == "triple"
    assert again(tf.ones([1])).numpy().tolist() == [3.0]
    with pytest.raises(ValueError, match="named function"):
        Lambda(lambda x: x).get_config()
    with pytest.raises(TypeError, match="takes a function"):
        Lambda(3)


class Twice(Wrapper):
    def call(self, inputs):
        return 2.0 * self.layer(inputs)


def test_wrapper():
    outer = Twice(Dense(2, kernel_initializer="ones"), name="outer")
    assert outer(tf.ones([1, 3])).numpy().tolist() == [[6.0, 6.0]]
    assert [v.name for v in outer.trainable_variables] == ["kernel", "bias"]
    again = Twice.from_config(outer.get_config())
    assert again.layer.units == 2
    with pytest.raises(TypeError, match="wraps a layer"):
        Wrapper(3)
