"""The rows for any module with TensorFlow's interface: TensorFlow itself and flowstone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from peers import operands, rows

Program = Callable[[], Any]
Traced = Callable[[Any], Any]


# -- eager ops -------------------------------------------------------------------------------------------------


def _vectors(tf: Any, size: int) -> tuple[Any, Any]:
    return tf.constant(operands.normal(size)), tf.constant(operands.normal(size, seed=1))


def _on_vectors(size: int, op: Callable[[Any, Any, Any], Any]) -> Callable[[Any], Program]:
    def make(tf: Any) -> Program:
        x, y = _vectors(tf, size)
        return lambda: op(tf, x, y)

    return make


def _on_matrix(shape: tuple[int, int], op: Callable[[Any, Any], Any]) -> Callable[[Any], Program]:
    def make(tf: Any) -> Program:
        x = tf.constant(operands.normal(*shape))
        return lambda: op(tf, x)

    return make


def _gather(tf: Any) -> Program:
    x, at = tf.constant(operands.normal(1000, 64)), tf.constant(operands.permutation(1000))
    return lambda: tf.gather(x, at)


def _where(tf: Any) -> Program:
    x, y = _vectors(tf, 10_000)
    condition = x < y
    return lambda: tf.where(condition, x, y)


def _assign(tf: Any) -> Program:
    variable, x = tf.Variable([0.0] * 4), tf.zeros([4])
    return lambda: variable.assign_add(x)


def _gradient(tf: Any) -> Program:
    x = tf.constant(operands.normal(4))

    def gradient() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x + x
        return tape.gradient(y, x)

    return gradient


def _dense(tf: Any) -> Program:
    x = tf.constant(operands.normal(32, 64))
    dense = tf.keras.layers.Dense(10, activation="relu", kernel_initializer="ones")
    return lambda: dense(x)


EAGER: dict[str, Callable[[Any], Program]] = {
    "add, 4": _on_vectors(4, lambda tf, x, y: tf.add(x, y)),
    "add, 10,000": _on_vectors(10_000, lambda tf, x, y: tf.add(x, y)),
    "add, 1,000,000": _on_vectors(1_000_000, lambda tf, x, y: tf.add(x, y)),
    "multiply by a number, 10,000": _on_vectors(10_000, lambda tf, x, y: x * 2.0),
    "exp, 10,000": _on_vectors(10_000, lambda tf, x, y: tf.exp(x)),
    "tanh, 1,000,000": _on_vectors(1_000_000, lambda tf, x, y: tf.tanh(x)),
    "matmul, 8x8": _on_matrix((8, 8), lambda tf, x: tf.matmul(x, x)),
    "matmul, 256x256": _on_matrix((256, 256), lambda tf, x: tf.matmul(x, x)),
    "sum, 10,000": _on_vectors(10_000, lambda tf, x, y: tf.reduce_sum(x)),
    "sums of rows, 1000x1000": _on_matrix((1000, 1000), lambda tf, x: tf.reduce_sum(x, -1)),
    "transpose, 1000x1000": _on_matrix((1000, 1000), lambda tf, x: tf.transpose(x)),
    "slice, 10,000": _on_vectors(10_000, lambda tf, x, y: x[1:5_000]),
    "gather rows, 1000x64": _gather,
    "concat, 10,000": _on_vectors(10_000, lambda tf, x, y: tf.concat([x, y], 0)),
    "cast to int32, 10,000": _on_vectors(10_000, lambda tf, x, y: tf.cast(x, tf.int32)),
    "where, 10,000": _where,
    "variable += 4 numbers": _assign,
    "gradient of x² + x, 4": _gradient,
    "Dense(10), 32x64": _dense,
}


# -- calls -----------------------------------------------------------------------------------------------------


def _one_op(tf: Any, traced: Traced) -> Program:
    f = traced(lambda x: x + x)
    x = tf.constant([1.0, 2.0])
    return lambda: f(x)


def _captured(tf: Any, traced: Traced) -> Program:
    variables = [tf.Variable([1.0, 2.0]) for _ in range(10)]
    f = traced(lambda x: tf.add_n([x, *(variable.read_value() for variable in variables)]))
    x = tf.constant([1.0, 2.0])
    return lambda: f(x)


def _nested(tf: Any, traced: Traced) -> Program:
    f = traced(lambda batch: {"sum": batch["x"][0] + batch["x"][1], "twice": batch["y"][0] * 2.0})
    x = tf.constant([1.0, 2.0])
    return lambda: f({"x": [x, x], "y": (x,)})


# -- models ----------------------------------------------------------------------------------------------------


def _mlp(layers: Any, x: Any) -> Any:
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dense(128, activation="relu")(x)
    return layers.Dense(10)(x)


def _cnn(layers: Any, x: Any) -> Any:
    x = layers.MaxPooling2D(2)(layers.Conv2D(32, 3, activation="relu")(x))
    x = layers.MaxPooling2D(2)(layers.Conv2D(64, 3, activation="relu")(x))
    x = layers.Dense(128, activation="relu")(layers.Flatten()(x))
    return layers.Dense(10)(x)


def _resnet(layers: Any, x: Any) -> Any:
    def convolved(x: Any, filters: int, size: int = 3, strides: int = 1) -> Any:
        return layers.Conv2D(filters, size, strides, padding="same", use_bias=False)(x)

    x = layers.ReLU()(layers.BatchNormalization()(convolved(x, 16)))
    for filters, strides in ((16, 1), (32, 2), (64, 2)):
        short = x if strides == 1 else convolved(x, filters, 1, strides)
        x = layers.ReLU()(layers.BatchNormalization()(convolved(x, filters, 3, strides)))
        x = layers.BatchNormalization()(convolved(x, filters))
        x = layers.ReLU()(layers.Add()([x, short]))
    return layers.Dense(10)(layers.GlobalAveragePooling2D()(x))


def _recurrent(name: str, layers: Any, x: Any) -> Any:
    return layers.Dense(10)(getattr(layers, name)(128)(x))


def _transformer(layers: Any, x: Any) -> Any:
    attended = layers.MultiHeadAttention(num_heads=4, key_dim=32)(x, x)
    x = layers.LayerNormalization(epsilon=1e-5)(layers.Add()([x, attended]))
    wide = layers.Dense(128)(layers.Dense(512, activation="relu")(x))
    x = layers.LayerNormalization(epsilon=1e-5)(layers.Add()([x, wide]))
    return layers.Dense(10)(layers.GlobalAveragePooling1D()(x))


def _embedding(layers: Any, x: Any) -> Any:
    x = layers.GlobalAveragePooling1D()(layers.Embedding(10_000, 64)(x))
    return layers.Dense(10)(layers.Dense(64, activation="relu")(x))


MODELS: dict[str, Callable[[Any, Any], Any]] = {
    "MLP": _mlp,
    "CNN": _cnn,
    "ResNet": _resnet,
    "LSTM": partial(_recurrent, "LSTM"),
    "GRU": partial(_recurrent, "GRU"),
    "transformer": _transformer,
    "embedding": _embedding,
}


def _model(tf: Any, name: str) -> Any:
    shape = operands.MODELS[name][0]
    inputs = tf.keras.Input(shape, dtype="int32" if name == "embedding" else "float32")
    model = tf.keras.Model(inputs, MODELS[name](tf.keras.layers, inputs))
    weights = operands.weights(name)
    if name == "ResNet":  # Keras lists layers by depth: the shortcut's convolution after the one beside it
        weights = _as_listed(weights, [tuple(weight.shape) for weight in model.weights])
    model.set_weights(weights)
    return model


def _as_listed(weights: list[Any], shapes: list[tuple[int, ...]]) -> list[Any]:
    """The weights in the order of these shapes; of equal shapes the first comes first."""
    left = list(weights)
    return [left.pop(next(i for i, weight in enumerate(left) if weight.shape == shape)) for shape in shapes]


def training(name: str, size: int, tf: Any, traced: Traced) -> Program:
    model = _model(tf, name)
    optimizer = tf.keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    x, y = map(tf.constant, operands.batch(name, size))

    @traced
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        slopes = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(slopes, model.trainable_variables, strict=True))
        return loss

    return lambda: step(x, y)


def inference(name: str, size: int, tf: Any, traced: Traced) -> Program:
    model = _model(tf, name)
    x = tf.constant(operands.batch(name, size)[0])
    predict = traced(lambda x: model(x, training=False))
    return lambda: predict(x)


# -- kernels ---------------------------------------------------------------------------------------------------


def _of(function: Callable[..., Any], *shapes: tuple[int, ...]) -> Callable[[Any, Traced], Program]:
    """A row from a function of a module and of tensors of these shapes."""

    def make(tf: Any, traced: Traced) -> Program:
        tensors = [tf.constant(operands.normal(*shape, seed=seed)) for seed, shape in enumerate(shapes)]
        f = traced(lambda *tensors: function(tf, *tensors))
        return lambda: f(*tensors)

    return make


def _layer_norm(tf: Any, x: Any, scale: Any, shift: Any) -> Any:
    mean = tf.reduce_mean(x, -1, keepdims=True)
    variance = tf.reduce_mean(tf.square(x - mean), -1, keepdims=True)
    return (x - mean) * tf.math.rsqrt(variance + 1e-5) * scale + shift


def _entropy(tf: Any, traced: Traced) -> Program:
    logits, labels = tf.constant(operands.normal(4096, 1000)), tf.constant(operands.permutation(4096) % 1000)

    @traced
    def f(logits: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(logits)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(losses)
        return loss, tape.gradient(loss, logits)

    return lambda: f(logits, labels)


SQUARE = (1024, 1024)
KERNELS: dict[str, Callable[[Any, Traced], Program]] = {
    "matmul 64": _of(lambda tf, x, y: tf.matmul(x, y), (64, 64), (64, 64)),
    "matmul 256": _of(lambda tf, x, y: tf.matmul(x, y), (256, 256), (256, 256)),
    "matmul 1024": _of(lambda tf, x, y: tf.matmul(x, y), SQUARE, SQUARE),
    "matmul, bias, relu 512": _of(lambda tf, x, y, b: tf.nn.relu(tf.matmul(x, y) + b), (512, 512), (512, 512), (512,)),
    "batched matmul 64x(64, 32, 64)": _of(lambda tf, x, y: tf.matmul(x, y), (64, 64, 32), (64, 32, 64)),
    "convolution 64x14x14x32 to 64": _of(
        lambda tf, x, w: tf.nn.relu(tf.nn.conv2d(x, w, 1, "SAME")), (64, 14, 14, 32), (3, 3, 32, 64)
    ),
    "convolution 1x56x56x64 to 64": _of(
        lambda tf, x, w: tf.nn.relu(tf.nn.conv2d(x, w, 1, "SAME")), (1, 56, 56, 64), (3, 3, 64, 64)
    ),
    "depthwise convolution 64x14x14x64": _of(
        lambda tf, x, w: tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], "SAME"), (64, 14, 14, 64), (3, 3, 64, 1)
    ),
    "add 1024x1024": _of(lambda tf, x, y: x + y, SQUARE, SQUARE),
    "tanh(x) exp(-x²) + sin(x) 1024x1024": _of(lambda tf, x: tf.tanh(x) * tf.exp(-x * x) + tf.sin(x), SQUARE),
    "gelu 1024x1024": _of(lambda tf, x: tf.nn.gelu(x), SQUARE),
    "layer norm 1024x1024": _of(_layer_norm, SQUARE, (1024,), (1024,)),
    "softmax 1024x1024": _of(lambda tf, x: tf.nn.softmax(x), SQUARE),
    "cross-entropy and gradient 4096x1000": _entropy,
    "sum 1024x1024": _of(lambda tf, x: tf.reduce_sum(x), SQUARE),
    "sums of columns 1024x1024": _of(lambda tf, x: tf.reduce_sum(x, 0), SQUARE),
    "largest of rows 1024x1024": _of(lambda tf, x: tf.reduce_max(x, 1), SQUARE),
}


# -- loops -----------------------------------------------------------------------------------------------------


def _while(tf: Any, traced: Traced) -> Program:
    @traced
    def f(n: Any) -> Any:
        i, total = tf.constant(0), tf.constant(0)
        while i < n:
            total += i
            i += 1
        return total

    n = tf.constant(10_000)
    return lambda: f(n)


def _collatz(tf: Any, traced: Traced) -> Program:
    @traced
    def f(n: Any) -> Any:
        steps = tf.constant(0)
        while n != 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            steps += 1
        return steps

    n = tf.constant(77_031)
    return lambda: f(n)


def _recurrence(tf: Any) -> Callable[..., Any]:
    kernel, bias = tf.ones([64, 32]) * 0.01, tf.zeros([32])

    def f(x: Any) -> Any:
        inputs = tf.TensorArray(tf.float32, 100).unstack(x)
        outputs = tf.TensorArray(tf.float32, 100)
        state = tf.zeros([8, 32])
        for i in tf.range(100):
            state = tf.tanh(tf.matmul(tf.concat([inputs.read(i), state], 1), kernel) + bias)
            outputs = outputs.write(i, state)
        return tf.reduce_sum(outputs.stack())

    return f


def _rnn(tf: Any, traced: Traced) -> Program:
    f = traced(_recurrence(tf))
    x = tf.ones([100, 8, 32])
    return lambda: f(x)


def _rnn_gradient(tf: Any, traced: Traced) -> Program:
    forward = _recurrence(tf)

    @traced
    def f(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = forward(x)
        return tape.gradient(y, x)

    x = tf.ones([100, 8, 32])
    return lambda: f(x)


TRACED: dict[str, Callable[[Any, Traced], Program]] = {
    "one op": _one_op,
    "ten captured variables": _captured,
    "nested structure": _nested,
    **{
        f"{name}, training, batch {size}": partial(training, name, size)
        for name, sizes in rows.BATCHES.items()
        for size in sizes
    },
    **{
        f"{name}, inference, batch {size}": partial(inference, name, size) for name in MODELS for size in rows.INFERENCE
    },
    **KERNELS,
    "while, 10,000 iterations": _while,
    "Collatz, 350 iterations": _collatz,
    "100-step RNN over a TensorArray": _rnn,
    "gradient of the 100-step RNN": _rnn_gradient,
}


def make(tf: Any, row: str, **options: Any) -> Program:
    """The program of a row; ``options`` go to ``tf.function``.

    Raises:
        NotImplementedError: With the reason, if the row does not exist with these options.
    """
    if row in EAGER:
        if options:
            raise NotImplementedError("eager ops are not compiled")
        return EAGER[row](tf)
    return TRACED[row](tf, lambda function: tf.function(function, **options))
