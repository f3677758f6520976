"""``tf.keras.backend``; written by ``nox -s api``."""

