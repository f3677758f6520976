"""``tf.keras.wrappers``; written by ``nox -s api``."""

