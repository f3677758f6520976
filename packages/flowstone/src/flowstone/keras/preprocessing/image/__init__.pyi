"""``tf.keras.preprocessing.image``; written by ``nox -s api``."""

