"""``tf.keras.datasets.mnist``; written by ``nox -s api``."""

