"""``tf.keras.export``; written by ``nox -s api``."""

