"""Make the golden checkpoint with TensorFlow 2.21: ``python make.py`` in this folder."""

from __future__ import annotations

import tensorflow as tf


class Model(tf.Module):
    def __init__(self) -> None:
        super().__init__(name="m")
        self.w = tf.Variable(tf.reshape(tf.range(6, dtype=tf.float32), (2, 3)))
        self.parts = [tf.Variable(1), tf.Variable([b"a", b"bcd"])]
        self.d = {"x.y/z": tf.Variable(True)}
        self.t = (tf.Variable(1.5, dtype=tf.bfloat16),)


if __name__ == "__main__":
    tf.train.Checkpoint(model=Model(), step=tf.Variable(3, dtype=tf.int64)).save("ck")
