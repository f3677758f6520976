"""``tf.keras.losses``; written by ``nox -s api``."""

