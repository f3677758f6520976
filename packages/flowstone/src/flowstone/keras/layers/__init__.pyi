"""``tf.keras.layers``; written by ``nox -s api``."""

