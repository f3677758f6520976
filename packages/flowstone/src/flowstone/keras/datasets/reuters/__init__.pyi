"""``tf.keras.datasets.reuters``; written by ``nox -s api``."""

