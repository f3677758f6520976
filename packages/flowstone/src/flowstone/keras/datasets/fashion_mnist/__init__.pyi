"""``tf.keras.datasets.fashion_mnist``; written by ``nox -s api``."""

