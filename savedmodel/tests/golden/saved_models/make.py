"""Make the golden SavedModels with TensorFlow 2.21 and Keras 3: ``python make.py`` in this folder."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

Point = namedtuple("Point", "x y")


class Model(tf.Module):
    def __init__(self) -> None:
        super().__init__(name="m")
        self.w = tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], name="weight")
        self.count = tf.Variable(0, trainable=False, name="count")
        self.parts = [tf.Variable(1.0), (tf.Variable([b"a", b"bc"]), tf.Module())]
        self.table = {"one": tf.Variable(True)}
        self.bias = tf.constant([1.0, 2.0, 3.0])
        self.words = tf.saved_model.Asset("words.txt")

    @tf.function(input_signature=[tf.TensorSpec([None, 2], name="x")])
    def __call__(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        self.count.assign_add(1)
        return {"y": x @ self.w + self.bias, "n": self.count.read_value()}

    @tf.function
    def steps(self, x: tf.Tensor, n: int = 2, *, flag: bool = False) -> tuple:
        if flag:
            x = x + self.parts[0]
        for _ in tf.range(n):
            x = tf.cond(tf.reduce_sum(x) > 0, lambda: x * 2.0, lambda: x - 1.0)  # noqa: B023
        return x, [x, None]

    @tf.function
    def structured(self, point: Point, extra: dict) -> Point:
        return Point(point.x + extra["a"][0], point.y * extra["b"])

    @tf.function(input_signature=[])
    def path(self) -> tf.Tensor:
        return self.words.asset_path

    @tf.function
    def never_traced(self, x: tf.Tensor) -> tf.Tensor:
        return x


def module() -> None:
    """A module with everything: containers, constants, an asset, branches, loops, structures."""
    Path("words.txt").write_text("flow\nstone\n")
    model = Model()
    model.steps(tf.constant([1.0, 2.0]), tf.constant(3))
    model.steps(tf.constant(-3.0), flag=True)
    model.structured(Point(tf.constant(1.0), tf.constant([2.0])), {"a": [tf.constant(3.0)], "b": tf.constant(4.0)})
    tf.saved_model.save(model, "module", signatures=model.__call__)
    Path("words.txt").unlink()


def dense() -> None:
    """A Keras model of dense layers, by ``export``."""
    keras.utils.set_random_seed(1)
    layers = [
        keras.Input((4,)),
        keras.layers.Dense(3, "relu"),
        keras.layers.BatchNormalization(),
        keras.layers.Dense(2),
    ]
    model = keras.Sequential(layers)
    model.export("dense", verbose=False)
    x = np.linspace(-1, 1, 8).reshape(2, 4).astype(np.float32)
    Path("dense/expected.json").write_text(json.dumps({"x": x.tolist(), "y": model(x).numpy().tolist()}))


if __name__ == "__main__":
    for name in ("module", "dense"):
        shutil.rmtree(name, ignore_errors=True)
    module()
    dense()
