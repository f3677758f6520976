"""``tf.keras.quantizers``; written by ``nox -s api``."""

