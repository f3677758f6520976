"""``tf.keras.datasets.imdb``; written by ``nox -s api``."""

