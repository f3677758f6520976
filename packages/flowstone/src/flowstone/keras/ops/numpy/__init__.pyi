"""``tf.keras.ops.numpy``; written by ``nox -s api``."""

