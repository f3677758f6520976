"""``tf.keras.saving``; written by ``nox -s api``."""

