"""``tf.keras.distribution``; written by ``nox -s api``."""

