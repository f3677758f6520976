"""``tf.keras.datasets.boston_housing``; written by ``nox -s api``."""

