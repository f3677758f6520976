"""``tf.keras.regularizers``; written by ``nox -s api``."""

