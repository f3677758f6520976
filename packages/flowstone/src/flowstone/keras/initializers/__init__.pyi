"""``tf.keras.initializers``; written by ``nox -s api``."""

