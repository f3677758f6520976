"""``tf.keras.random``; written by ``nox -s api``."""

