"""``tf.keras.ops.image``; written by ``nox -s api``."""

