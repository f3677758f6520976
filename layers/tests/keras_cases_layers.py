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


PROJECTIONS = {
    "EinsumDense": (("abc,cd->abd", (None, 5)), {"bias_axes": "d", "activation": "tanh"}, (2, 3, 4)),
    "EinsumDense with two axes": (("abc,cde->abde", (None, 2, 5)), {"bias_axes": "de"}, (2, 3, 4)),
    "EinsumDense over two axes": (("abcd,cde->abe", (None, 6)), {"bias_axes": "e"}, (2, 3, 4, 5)),
    "EinsumDense with an ellipsis on the left": (("...x,xy->...y", 4), {"bias_axes": "y"}, (2, 3, 5)),
    "EinsumDense with an ellipsis on the right": (("ab...,bc->ac...", 4), {"bias_axes": "c"}, (2, 3, 5)),
    "EinsumDense by position": (("abc,bd->adc", (6, 4)), {"bias_axes": "d", "kernel_regularizer": "l2"}, (2, 3, 4)),
}

for _name, (_arguments, _settings, _shape) in PROJECTIONS.items():

    @case(_name)
    def _projection(tf, arguments=_arguments, settings=_settings, shape=_shape):
        return examined(tf, tf.keras.layers.EinsumDense(*arguments, **settings), random(*shape))


@case("how EinsumDense starts")
def _einsum_dense_start(tf):
    layer = tf.keras.layers.EinsumDense("abc,cde->abde", (None, 30, 40))
    layer.build((2, 3, 50))
    greatest = np.sqrt(6 / (50 + 30 * 40))
    weights = layer.get_weights()[0]
    return [weights.shape, bool(np.abs(weights).max() <= greatest), bool(np.abs(weights).max() > 0.95 * greatest)]


def attended(tf, layer, arguments, **settings):
    """The results, the gradients of the weighted sum of the first, and the weights of a layer of several inputs."""
    arguments = [tf.constant(x) for x in arguments]
    layer(*arguments)
    layer.set_weights([random(*w.shape, seed=3 + i) for i, w in enumerate(layer.get_weights())])
    with tf.GradientTape() as tape:
        tape.watch(arguments)
        found = layer(*arguments, **settings)
        y = found[0] if isinstance(found, (tuple, list)) else found
        total = tf.reduce_sum(y * tf.constant(random(*y.shape, seed=9)))
    gradients = tape.gradient(total, [*arguments, *layer.trainable_variables])
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    names = [[w.name, *w.shape] for w in layer.weights]
    return [found, gradients, names, described(layer.get_config())]


ATTENTION = {
    "MultiHeadAttention": ({}, {}),
    "MultiHeadAttention with scores": ({"value_dim": 5, "use_bias": False}, {"return_attention_scores": True}),
    "MultiHeadAttention, causal": ({}, {"use_causal_mask": True}),
    "MultiHeadAttention, causal with scores": ({}, {"use_causal_mask": True, "return_attention_scores": True}),
    "MultiHeadAttention, sliding window": ({"sliding_window": 2}, {"use_causal_mask": True}),
    "MultiHeadAttention, gate": ({"use_gate": True, "value_dim": 3}, {}),
    "MultiHeadAttention, output shape": ({"output_shape": (2, 3)}, {}),
    "MultiHeadAttention, output size": ({"output_shape": 7, "kernel_regularizer": "l2"}, {}),
    "MultiHeadAttention, dropout in inference": ({"dropout": 0.3, "seed": 1}, {"training": False}),
}

for _name, (_options, _settings) in ATTENTION.items():

    @case(_name)
    def _attention(tf, options=_options, settings=_settings):
        layer = tf.keras.layers.MultiHeadAttention(num_heads=2, key_dim=4, **options)
        return attended(tf, layer, [random(3, 4, 6), random(3, 5, 6, seed=1)], **settings)


@case("MultiHeadAttention of a key, masks")
def _attention_masks(tf):
    query, value, key = random(3, 4, 6), random(3, 5, 6, seed=1), random(3, 5, 8, seed=2)
    allowed = tf.constant(random(3, 4, 5, seed=4) > -0.5)
    rows, columns = tf.constant(random(3, 4, seed=5) > -0.5), tf.constant(random(3, 5, seed=6) > -0.5)
    found = []
    for settings in (
        {"attention_mask": allowed},
        {"attention_mask": tf.constant(np.zeros((3, 4, 5), bool))},
        {"attention_mask": tf.constant(np.zeros((3, 4, 5), bool)), "return_attention_scores": True},
        {"query_mask": rows},
        {"value_mask": columns, "return_attention_scores": True},
        {"value_mask": columns, "key_mask": columns, "attention_mask": allowed, "use_causal_mask": True},
    ):
        layer = tf.keras.layers.MultiHeadAttention(num_heads=2, key_dim=4)
        found.append(attended(tf, layer, [query, value, key], **settings))
    return found


@case("MultiHeadAttention over two axes")
def _attention_axes(tf):
    found = []
    for axes, shape in (((2, 3), (2, 3, 4, 2, 6)), ((1, 2), (2, 3, 4, 2, 6)), (None, (2, 3, 4, 6)), (1, (2, 3, 4, 6))):
        layer = tf.keras.layers.MultiHeadAttention(num_heads=2, key_dim=3, attention_axes=axes)
        x = random(*shape)
        found.append(attended(tf, layer, [x, x], return_attention_scores=True))
    layer = tf.keras.layers.MultiHeadAttention(num_heads=2, key_dim=3, attention_axes=-2)
    mask = tf.constant(random(2, 3, 1, 4, 4) > 0)
    return [*found, attended(tf, layer, [random(2, 3, 4, 6), random(2, 3, 4, 6, seed=1)], attention_mask=mask)]


@case("MultiHeadAttention of masked inputs in a functional model")
def _attention_model(tf):
    layers = tf.keras.layers
    x = tf.keras.Input((5,), dtype="int32")
    embedding = layers.Embedding(7, 6, mask_zero=True)
    embedded = embedding(x)
    attention = layers.MultiHeadAttention(2, 4)
    y, scores = attention(embedded, embedded, use_causal_mask=True, return_attention_scores=True)
    model = tf.keras.Model(x, [layers.GlobalAveragePooling1D()(y), scores])
    model.set_weights([random(*w.shape, seed=i) for i, w in enumerate(model.get_weights())])
    numbers = tf.constant([[1, 2, 3, 0, 0], [4, 5, 6, 1, 2], [3, 0, 0, 0, 0]])
    traced = tf.function(lambda x: model(x))
    return [model(numbers), traced(numbers), list(y.shape), [list(w.shape) for w in model.weights]]


@case("what MultiHeadAttention refuses")
def _attention_refused(tf):
    found = []
    for options in (
        {"num_heads": 0, "key_dim": 2},
        {"num_heads": 2, "key_dim": -1},
        {"num_heads": 2, "key_dim": 2, "value_dim": 0},
        {"num_heads": 2, "key_dim": 2, "sliding_window": 0},
        {"num_heads": 2, "key_dim": 2, "attention_axes": "x"},
        {"num_heads": 2, "key_dim": 2, "dropout": 0.5, "flash_attention": True},
    ):
        try:
            tf.keras.layers.MultiHeadAttention(**options)
        except ValueError:
            found.append("ValueError")
    layer = tf.keras.layers.MultiHeadAttention(2, 2)
    try:
        layer(tf.ones([1, 2, 3]), tf.ones([1, 2, 3]), tf.ones([1, 4, 3]))
    except ValueError:
        found.append("ValueError")
    return found


SIMPLE_ATTENTION = {
    "Attention": ("Attention", {}, {}),
    "Attention, scale": ("Attention", {"use_scale": True}, {"return_attention_scores": True}),
    "Attention, concat": ("Attention", {"score_mode": "concat"}, {"use_causal_mask": True}),
    "Attention, concat with a scale": ("Attention", {"score_mode": "concat", "use_scale": True}, {}),
    "Attention, dropout in inference": ("Attention", {"dropout": 0.4}, {"training": False}),
    "AdditiveAttention": ("AdditiveAttention", {}, {"return_attention_scores": True}),
    "AdditiveAttention without a scale": ("AdditiveAttention", {"use_scale": False}, {"use_causal_mask": True}),
}

for _name, (_class, _options, _settings) in SIMPLE_ATTENTION.items():

    @case(_name)
    def _simple(tf, name=_class, options=_options, settings=_settings):
        found = []
        query, value, key = random(3, 4, 6), random(3, 5, 6, seed=1), random(3, 5, 6, seed=2)
        rows, columns = tf.constant(random(3, 4, seed=5) > -0.5), tf.constant(random(3, 5, seed=6) > -0.5)
        for inputs, more in (([query, value], {}), ([query, value, key], {"mask": [rows, columns]})):
            layer = getattr(tf.keras.layers, name)(**options)
            inputs = [tf.constant(x) for x in inputs]
            layer(inputs)
            layer.set_weights([random(*w.shape, seed=3 + i) for i, w in enumerate(layer.get_weights())])
            with tf.GradientTape() as tape:
                tape.watch(inputs)
                results = layer(inputs, **settings, **more)
                y = results[0] if isinstance(results, (tuple, list)) else results
                total = tf.reduce_sum(y * tf.constant(random(*y.shape, seed=9)))
            gradients = tape.gradient(total, [*inputs, *layer.trainable_variables])
            found.append([results, gradients, described(layer.get_config())])
        return found
