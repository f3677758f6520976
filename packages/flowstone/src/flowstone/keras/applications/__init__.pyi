"""``tf.keras.applications``; written by ``nox -s api``."""

