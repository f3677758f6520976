"""``tf.keras.datasets.california_housing``; written by ``nox -s api``."""

