"""``tf.keras.constraints``; written by ``nox -s api``."""

