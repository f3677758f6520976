"""``tf.keras.ops.nn``; written by ``nox -s api``."""

