"""``tf.keras.models``; written by ``nox -s api``."""

