"""Traced functions: whole training steps and what they are made of, natively, on numpy's kernels, and in TensorFlow.

JAX and PyTorch take part in the rows that can be said in them in a few lines, if they are installed.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from timing import microseconds, table

Rows = dict[str, Callable[[], Any]]


def _data(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def rows(tf: Any, **options: Any) -> Rows:
    """The rows, in any module with TensorFlow's interface; ``options`` go to ``tf.function``."""
    traced = lambda f: tf.function(f, **options)  # noqa: E731
    square, vector = tf.constant(_data(1024, 1024)), tf.constant(_data(1024))
    logits, labels = tf.constant(_data(4096, 1000)), tf.constant(np.arange(4096) % 1000)
    images, filters = tf.constant(_data(64, 14, 14, 32)), tf.constant(_data(3, 3, 32, 64))

    @traced
    def norm(x: Any, scale: Any, shift: Any) -> Any:
        y = 0.5 * x * (1.0 + tf.math.erf(x * 0.70710678))
        mean = tf.reduce_mean(y, -1, keepdims=True)
        variance = tf.reduce_mean(tf.square(y - mean), -1, keepdims=True)
        return (y - mean) * tf.math.rsqrt(variance + 1e-5) * scale + shift

    @traced
    def entropy(logits: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(logits)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(losses)
        return loss, tape.gradient(loss, logits)

    @traced
    def chain(x: Any) -> Any:
        return tf.tanh(x) * tf.exp(-x * x) + tf.sin(x)

    @traced
    def sums(x: Any) -> Any:
        return tf.reduce_sum(x), tf.reduce_sum(x, 0), tf.reduce_max(x, 1)

    @traced
    def convolution(x: Any, w: Any) -> Any:
        return tf.nn.relu(tf.nn.conv2d(x, w, 1, "SAME"))

    @traced
    def loop(n: Any) -> Any:
        return tf.while_loop(lambda i, s: i < n, lambda i, s: (i + 1, s * 0.5 + 1.0), (0, tf.constant(0.0)))[1]

    dense = tf.keras.layers.Dense
    mlp = _training(tf, traced, [dense(256, activation="relu"), dense(128, activation="relu"), dense(10)], (784,))
    conv, pool = tf.keras.layers.Conv2D, tf.keras.layers.MaxPooling2D
    layers = [conv(32, 3, activation="relu"), pool(2), conv(64, 3, activation="relu"), pool(2)]
    cnn = _training(
        tf, traced, [*layers, tf.keras.layers.Flatten(), dense(128, activation="relu"), dense(10)], (28, 28, 1)
    )
    many = tf.constant(1000)
    return {
        "MLP, training step, batch 64": mlp,
        "CNN, training step, batch 64": cnn,
        "gelu and layer norm 1024x1024": lambda: norm(square, vector, vector),
        "cross-entropy and gradient 4096x1000": lambda: entropy(logits, labels),
        "tanh(x) exp(-x²) + sin(x) 1024x1024": lambda: chain(square),
        "sums and largest 1024x1024": lambda: sums(square),
        "convolution 64x14x14x32 to 64": lambda: convolution(images, filters),
        "loop of 1000 iterations": lambda: loop(many),
    }


def _training(tf: Any, traced: Any, layers: list[Any], shape: tuple[int, ...]) -> Callable[[], Any]:
    model = tf.keras.Sequential(layers)
    optimizer = tf.keras.optimizers.Adam()
    loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    x, y = tf.constant(_data(64, *shape)), tf.constant(np.arange(64) % 10)

    @traced
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        slopes = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(slopes, model.trainable_variables, strict=True))
        return loss

    return lambda: step(x, y)


def in_jax() -> Rows:
    """Some of the rows in JAX."""
    jax = importlib.import_module("jax")
    jnp = jax.numpy
    square, vector = jnp.asarray(_data(1024, 1024)), jnp.asarray(_data(1024))

    @jax.jit
    def norm(x: Any, scale: Any, shift: Any) -> Any:
        y = 0.5 * x * (1.0 + jax.scipy.special.erf(x * 0.70710678))
        mean = y.mean(-1, keepdims=True)
        return (y - mean) * jax.lax.rsqrt(((y - mean) ** 2).mean(-1, keepdims=True) + 1e-5) * scale + shift

    chain = jax.jit(lambda x: jnp.tanh(x) * jnp.exp(-x * x) + jnp.sin(x))
    return {
        "gelu and layer norm 1024x1024": lambda: norm(square, vector, vector).block_until_ready(),
        "tanh(x) exp(-x²) + sin(x) 1024x1024": lambda: chain(square).block_until_ready(),
    }


def in_torch() -> Rows:
    """Some of the rows in PyTorch."""
    torch = importlib.import_module("torch")
    square, vector = torch.from_numpy(_data(1024, 1024)), torch.from_numpy(_data(1024))
    functional = torch.nn.functional
    images = torch.from_numpy(_data(64, 32, 14, 14)).to(memory_format=torch.channels_last)
    filters = torch.from_numpy(_data(64, 32, 3, 3)).to(memory_format=torch.channels_last)
    return {
        "gelu and layer norm 1024x1024": lambda: functional.layer_norm(
            functional.gelu(square), (1024,), vector, vector
        ),
        "tanh(x) exp(-x²) + sin(x) 1024x1024": lambda: (
            torch.tanh(square) * torch.exp(-square * square) + torch.sin(square)
        ),
        "convolution 64x14x14x32 to 64": lambda: functional.relu(functional.conv2d(images, filters, padding=1)),
    }


def run() -> None:
    """Time all rows side by side."""
    flowstone = importlib.import_module("flowstone")
    made: dict[str, Rows] = {}
    if find_spec("flowstone_kernels_simd"):
        made["simd"] = _compiled(flowstone, "always")
    made["numpy"] = _compiled(flowstone, "never")
    if find_spec("tensorflow"):
        tensorflow = importlib.import_module("tensorflow")
        made["tensorflow"] = rows(tensorflow)
        made["tensorflow xla"] = rows(tensorflow, jit_compile=True)
    if find_spec("jax"):
        made["jax"] = in_jax()
    if find_spec("torch"):
        made["torch"] = in_torch()
    timed = {
        row: microseconds({name: programs[row] for name, programs in made.items() if row in programs})
        for row in next(iter(made.values()))
    }
    table("microseconds a call of a traced function", list(made), timed)


def _compiled(flowstone: Any, when: str) -> Rows:
    """The rows, each traced and compiled already, while the provider compiles always or never."""
    os.environ["FLOWSTONE_SIMD_COMPILE"] = when
    found = rows(flowstone)
    for program in found.values():
        program()
    return found
