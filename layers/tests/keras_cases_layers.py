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
    "BatchNormalization inference": (lambda layers: layers.BatchNormalization(epsilon=0.01), (4, 5, 3)),
    "BatchNormalization axis": (lambda layers: layers.BatchNormalization(axis=1, scale=False), (4, 5, 3)),
    "LayerNormalization": (lambda layers: layers.LayerNormalization(), (4, 5, 3)),
    "LayerNormalization axes": (lambda layers: layers.LayerNormalization(axis=[1, 2], center=False), (4, 5, 3)),
    "Masking": (lambda layers: layers.Masking(0.5), (2, 3, 4)),
    "Identity": (lambda layers: layers.Identity(), (2, 3)),
    "ReLU": (lambda layers: layers.ReLU(0.5, 0.1, 0.2), (5, 4)),
    "LeakyReLU": (lambda layers: layers.LeakyReLU(), (5, 4)),
    "ELU": (lambda layers: layers.ELU(2.0), (5, 4)),
}

for _name, (_make, _shape) in LAYERS.items():

    @case(_name)
    def _layer(tf, make=_make, shape=_shape):
        return examined(tf, make(tf.keras.layers), random(*shape))


@case("BatchNormalization training")
def _batch_normalization(tf):
    layers = tf.keras.layers
    found = examined(tf, layers.BatchNormalization(momentum=0.8), random(6, 4, 3), training=True)
    found += examined(tf, layers.BatchNormalization(axis=1), random(6, 4, 3), training=True)
    frozen = layers.BatchNormalization(trainable=False)
    found.append(frozen(tf.constant(random(4, 3)), training=True))
    masked = layers.BatchNormalization(momentum=0.5)
    mask = tf.constant([[True, True, False], [True, False, False]])
    return [*found, masked(tf.constant(random(2, 3, 4)), training=True, mask=mask), masked.get_weights()]


@case("BatchNormalization in a model")
def _normalized_model(tf):
    layers = tf.keras.layers
    start = tf.keras.initializers.GlorotUniform(seed=3)
    model = tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, kernel_initializer=start),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(2, kernel_initializer=tf.keras.initializers.GlorotUniform(seed=4)),
        ]
    )
    model.compile(optimizer=tf.keras.optimizers.SGD(0.05), loss="mse")
    x, y = random(20, 8, 8, 1), random(20, 2, seed=1)
    history = model.fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0).history
    return [history["loss"], model.predict(x[:3], verbose=0), model.get_weights(), model.evaluate(x, y, verbose=0)]


@case("Embedding")
def _embedding(tf):
    layer = tf.keras.layers.Embedding(6, 3, mask_zero=True)
    x = tf.constant([[1, 5, 0], [2, 1, 0]])
    layer(x)
    layer.set_weights([random(6, 3)])
    with tf.GradientTape() as tape:
        y = layer(x)
        total = tf.reduce_sum(y * y)
    gradient = tf.convert_to_tensor(tape.gradient(total, layer.trainable_variables[0]))
    pooled = tf.keras.layers.GlobalAveragePooling1D()(y)
    return [y, gradient, pooled, layer.compute_mask(x), described(layer.get_config())]


@case("merging")
def _merging(tf):
    layers = tf.keras.layers
    a, b = tf.constant(random(2, 3, 4)), tf.constant(random(2, 3, 4, seed=1))
    names = "Add Average Maximum Minimum Multiply Subtract Concatenate".split()
    found = [getattr(layers, name)()([a, b]) for name in names]
    found += [getattr(layers, name.lower())([a, b]) for name in names]
    found += [layers.Concatenate(axis=1)([a, b]), layers.add([a, b[:, 0]]), layers.multiply([a, b, a])]
    return [*found, [described(getattr(layers, name)().get_config()) for name in names]]


@case("merging in a functional model")
def _merging_model(tf):
    layers = tf.keras.layers
    a, b = tf.keras.Input((4,)), tf.keras.Input((4,))
    model = tf.keras.Model([a, b], layers.concatenate([layers.add([a, b]), layers.multiply([a, b])]))
    return model([tf.constant(random(3, 4)), tf.constant(random(3, 4, seed=1))])


@case("EarlyStopping and LearningRateScheduler")
def _callbacks(tf):
    found = []
    for settings in (
        {"monitor": "loss", "min_delta": 0.05, "patience": 1},
        {"monitor": "val_loss", "min_delta": 0.02, "patience": 2, "restore_best_weights": True},
        {"monitor": "loss", "baseline": 0.01, "patience": 2, "start_from_epoch": 1},
    ):
        start = tf.keras.initializers.GlorotUniform(seed=4)
        model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(2, kernel_initializer=start)])
        model.compile(optimizer=tf.keras.optimizers.SGD(0.1), loss="mse")
        stop = tf.keras.callbacks.EarlyStopping(**settings)
        rates = tf.keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9)
        x, y = random(20, 4), random(20, 2, seed=1)
        run = model.fit(
            x, y, batch_size=8, epochs=12, shuffle=False, verbose=0, validation_split=0.2, callbacks=[rates, stop]
        )
        found += [run.history, stop.stopped_epoch, stop.best_epoch, stop.wait, model.get_weights()]
    return found
