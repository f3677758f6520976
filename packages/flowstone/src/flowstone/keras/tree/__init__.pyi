"""``tf.keras.tree``; written by ``nox -s api``."""

