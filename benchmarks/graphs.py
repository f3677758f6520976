"""Traced functions beside TensorFlow's: calls, loops, recurrences over TensorArrays, tracing a training step."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from timing import Program, microseconds, table


def one_op(tf: Any) -> Program:
    f = tf.function(lambda x: x + x)
    x = tf.constant([1.0, 2.0])
    return lambda: f(x)


def captured_variables(tf: Any) -> Program:
    variables = [tf.Variable([1.0, 2.0]) for _ in range(10)]
    f = tf.function(lambda x: tf.add_n([x, *(variable.read_value() for variable in variables)]))
    x = tf.constant([1.0, 2.0])
    return lambda: f(x)


def nested_structure(tf: Any) -> Program:
    f = tf.function(lambda batch: {"sum": batch["x"][0] + batch["x"][1], "y": batch["y"]})
    x = tf.constant([1.0, 2.0])
    return lambda: f({"x": [x, x], "y": (x,)})


def keywords_and_defaults(tf: Any) -> Program:
    f = tf.function(lambda x, scale=2.0, *, training=False: x * scale)
    x = tf.constant([1.0, 2.0])
    return lambda: f(x, training=True)


def scalar_while(tf: Any) -> Program:
    @tf.function
    def f(n: Any) -> Any:
        i, total = tf.constant(0), tf.constant(0)
        while i < n:
            total += i
            i += 1
        return total

    n = tf.constant(10_000)
    return lambda: f(n)


def collatz(tf: Any) -> Program:
    @tf.function
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
        rows = tf.TensorArray(tf.float32, 100).unstack(x)
        outputs = tf.TensorArray(tf.float32, 100)
        state = tf.zeros([8, 32])
        for i in tf.range(100):
            state = tf.tanh(tf.matmul(tf.concat([rows.read(i), state], 1), kernel) + bias)
            outputs = outputs.write(i, state)
        return tf.reduce_sum(outputs.stack())

    return f


def recurrence(tf: Any) -> Program:
    f = tf.function(_recurrence(tf))
    x = tf.ones([100, 8, 32])
    return lambda: f(x)


def recurrence_gradient(tf: Any) -> Program:
    forward = _recurrence(tf)

    @tf.function
    def f(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = forward(x)
        return tape.gradient(y, x)

    x = tf.ones([100, 8, 32])
    return lambda: f(x)


def rows_gradient(tf: Any) -> Program:
    @tf.function
    def f(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            state = tf.zeros([16])
            for row in x:
                state = tf.tanh(state + row)
            y = tf.reduce_sum(state)
        return tape.gradient(y, x)

    x = tf.ones([1000, 16])
    return lambda: f(x)


def tracing(tf: Any) -> Program:
    """Trace, plan and run once the training step of a small image classifier."""
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            layers.Conv2D(8, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(10),
        ]
    )
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.Adam()
    images, labels = tf.ones([4, 14, 14, 1]), tf.zeros([4], tf.int32)
    model(images)
    optimizer.build(model.trainable_variables)

    def step(images: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            value = loss(labels, model(images, training=True))
        gradients = tape.gradient(value, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return value

    return lambda: tf.function(step)(images, labels)


def tracing_a_loop(tf: Any) -> Program:
    """Trace, plan and run once a loop over a dataset: what ``examples/digits.py`` trains with."""
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.2, seed=1),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ]
    )
    loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.Adam(2e-3)
    mean, accuracy = tf.keras.metrics.Mean(), tf.keras.metrics.SparseCategoricalAccuracy()
    images, labels = tf.ones([8, 8, 8, 1]), tf.zeros([8], tf.int64)
    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).batch(4)
    model(images)
    optimizer.build(model.trainable_variables)

    def train(dataset: Any) -> None:
        for images, labels in dataset:
            with tf.GradientTape() as tape:
                logits = model(images, training=True)
                loss = loss_of(labels, logits)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            mean.update_state(loss)
            accuracy.update_state(labels, logits)

    return lambda: tf.function(train)(dataset)


PROGRAMS: dict[str, Callable[[Any], Program]] = {
    "call: one op": one_op,
    "call: ten captured variables": captured_variables,
    "call: nested structure": nested_structure,
    "call: keywords and defaults": keywords_and_defaults,
    "while, 10,000 iterations": scalar_while,
    "Collatz, 350 iterations": collatz,
    "100-step RNN over a TensorArray": recurrence,
    "its gradient": recurrence_gradient,
    "gradient of a loop over 1,000 rows": rows_gradient,
    "tracing a training step": tracing,
    "tracing a loop over a dataset": tracing_a_loop,
}


def run() -> None:
    """Time the programs, in turns."""
    peers = ["flowstone", *(["tensorflow"] * bool(find_spec("tensorflow")))]
    modules = {name: importlib.import_module(name) for name in peers}
    wanted = [name for name in PROGRAMS if name in sys.argv[1:]] or list(PROGRAMS)
    rows = {name: microseconds({peer: PROGRAMS[name](tf) for peer, tf in modules.items()}) for name in wanted}
    table("traced functions, microseconds a call", peers, rows)
