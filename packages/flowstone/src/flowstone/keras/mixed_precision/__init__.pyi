"""``tf.keras.mixed_precision``; written by ``nox -s api``."""

