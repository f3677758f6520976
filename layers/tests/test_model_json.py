"""Models as configurations and JSON, and back."""

import json

import numpy as np
import pytest
from public import tf

layers = tf.keras.layers


def images():
    return tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )


def without_builds(value):
    if isinstance(value, dict):
        return {key: without_builds(item) for key, item in value.items() if key != "build_config"}
    return [without_builds(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "again",
    [
        lambda model: tf.keras.Sequential.from_config(model.get_config()),
        lambda model: tf.keras.models.model_from_json(model.to_json()),
        lambda model: tf.keras.layers.deserialize(tf.keras.layers.serialize(model)),
    ],
)
def test_a_sequential_model_again(again):
    model = images()
    made = again(model)
    made.set_weights(model.get_weights())
    x = tf.constant(np.random.RandomState(0).rand(2, 8, 8, 1).astype("f4"))
    assert np.array_equal(model(x).numpy(), made(x).numpy())
    first, second = (without_builds(json.loads(json.dumps(one.get_config()))) for one in (model, made))
    assert first == second


def test_a_functional_model_again():
    a, b = tf.keras.Input((4,), name="a"), tf.keras.Input((4,), name="b")
    model = tf.keras.Model([a, b], layers.concatenate([layers.add([a, b]), layers.Dense(3)(a)]))
    made = tf.keras.models.model_from_json(model.to_json())
    made.set_weights(model.get_weights())
    inputs = [tf.ones([1, 4]), tf.ones([1, 4]) * 2.0]
    assert np.array_equal(model(inputs).numpy(), made(inputs).numpy())


def test_how_it_was_compiled():
    model = images()
    model.compile("adam", "mse", metrics=["mae"])
    assert tf.keras.models.model_from_json(model.to_json()).compiled


def test_nothing_else_is_imported():
    evil = '{"module": "os", "class_name": "system", "config": {}, "registered_name": null}'
    with pytest.raises(TypeError, match="Could not locate class 'system'"):
        tf.keras.models.model_from_json(evil)


def test_not_a_layer():
    config = tf.keras.losses.serialize(tf.keras.losses.Huber())
    with pytest.raises(ValueError, match="not a `keras.Layer`"):
        layers.deserialize(config)
