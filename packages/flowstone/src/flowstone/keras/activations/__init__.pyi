"""``tf.keras.activations``; written by ``nox -s api``."""

