"""``tf.keras.legacy.saving``; written by ``nox -s api``."""

