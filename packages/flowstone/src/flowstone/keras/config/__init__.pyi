"""``tf.keras.config``; written by ``nox -s api``."""

