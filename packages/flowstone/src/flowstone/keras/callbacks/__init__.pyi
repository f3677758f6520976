"""``tf.keras.callbacks``; written by ``nox -s api``."""

