"""Layers that Keras on TensorFlow and flowstone must agree on: outputs, gradients, the keys and values of configs.

``record_goldens_layers.py`` runs them with TensorFlow; ``test_keras_layers.py`` runs them with flowstone.
"""

import numpy as np

CASES = {}


def random(*shape, seed=0):
    return np.random.RandomState(seed).uniform(-1.0, 1.0, shape).astype(np.float32)


def case(name):
    def add(function):
        assert name not in CASES
        CASES[name] = function
        return function

    return add


def examined(tf, layer, x, **settings):
    """The output, the gradients of its weighted sum, the weights' shapes and the configuration."""
    x = tf.constant(x)
    layer(x)
    layer.set_weights([np.abs(random(*w.shape, seed=3 + i)) + 0.1 for i, w in enumerate(layer.get_weights())])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, **settings)
        total = tf.reduce_sum(y * tf.constant(random(*y.shape, seed=9)))
    gradients = tape.gradient(total, [x, *layer.trainable_variables])
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    return [y, gradients, layer.get_weights(), described(layer.get_config())]


def described(value):
    if isinstance(value, dict):
        return {
            key: described(item)
            for key, item in value.items()
            if key not in ("name", "build_config", "shared_object_id")
        }
    if isinstance(value, (list, tuple)):
        return [described(item) for item in value]
    return value if isinstance(value, (int, str, bool, float, type(None))) else str(value)


LAYERS = {
    "Conv1D": (lambda layers: layers.Conv1D(4, 3), (2, 8, 3)),
    "Conv1D causal": (
        lambda layers: layers.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="tanh"),
        (2, 8, 3),
    ),
    "Conv1D strided": (lambda layers: layers.Conv1D(2, 4, strides=3, padding="same", use_bias=False), (2, 11, 2)),
    "Conv2D": (lambda layers: layers.Conv2D(4, 3, activation="relu"), (2, 7, 6, 3)),
    "Conv2D strided": (lambda layers: layers.Conv2D(4, (3, 2), strides=(2, 1), padding="same"), (2, 7, 6, 3)),
    "Conv2D dilated": (lambda layers: layers.Conv2D(2, 3, dilation_rate=2, kernel_regularizer="l2"), (1, 8, 8, 2)),
    "Conv2D grouped": (lambda layers: layers.Conv2D(4, 3, groups=2), (2, 5, 5, 6)),
    "DepthwiseConv2D": (lambda layers: layers.DepthwiseConv2D(3, depth_multiplier=2), (2, 6, 6, 3)),
    "DepthwiseConv2D strided": (lambda layers: layers.DepthwiseConv2D((2, 3), strides=2, padding="same"), (2, 7, 6, 3)),
    "Conv2DTranspose": (lambda layers: layers.Conv2DTranspose(4, 3), (2, 4, 5, 3)),
    "Conv2DTranspose strided": (lambda layers: layers.Conv2DTranspose(2, 3, strides=2, padding="same"), (2, 4, 5, 3)),
    "Conv2DTranspose padded": (
        lambda layers: layers.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=0),
        (1, 4, 5, 3),
    ),
    "MaxPooling1D": (lambda layers: layers.MaxPooling1D(), (2, 7, 3)),
    "MaxPooling2D": (lambda layers: layers.MaxPooling2D(), (2, 6, 7, 3)),
    "MaxPooling2D strided": (lambda layers: layers.MaxPool2D(3, strides=2, padding="same"), (2, 6, 7, 3)),
    "AveragePooling1D": (lambda layers: layers.AveragePooling1D(3, 2, padding="same"), (2, 7, 3)),
    "AveragePooling2D": (lambda layers: layers.AvgPool2D((2, 3), strides=1, padding="same"), (2, 6, 7, 3)),
    "GlobalAveragePooling1D": (lambda layers: layers.GlobalAveragePooling1D(), (2, 7, 3)),
    "GlobalAveragePooling2D": (lambda layers: layers.GlobalAveragePooling2D(keepdims=True), (2, 4, 5, 3)),
    "GlobalMaxPooling1D": (lambda layers: layers.GlobalMaxPooling1D(), (2, 7, 3)),
    "GlobalMaxPooling2D": (lambda layers: layers.GlobalMaxPooling2D(data_format="channels_first"), (2, 4, 5, 3)),
}

for _name, (_make, _shape) in LAYERS.items():

    @case(_name)
    def _layer(tf, make=_make, shape=_shape):
        return examined(tf, make(tf.keras.layers), random(*shape))
