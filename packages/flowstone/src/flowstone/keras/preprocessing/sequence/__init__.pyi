"""``tf.keras.preprocessing.sequence``; written by ``nox -s api``."""

