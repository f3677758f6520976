"""``tf.keras.ops.linalg``; written by ``nox -s api``."""

