"""``tf.keras.optimizers.legacy``; written by ``nox -s api``."""

