"""``tf.keras.preprocessing.text``; written by ``nox -s api``."""

