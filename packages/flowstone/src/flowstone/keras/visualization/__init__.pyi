"""``tf.keras.visualization``; written by ``nox -s api``."""

