"""``tf.keras.metrics``; written by ``nox -s api``."""

