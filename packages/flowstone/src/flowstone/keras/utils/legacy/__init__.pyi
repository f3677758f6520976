"""``tf.keras.utils.legacy``; written by ``nox -s api``."""

