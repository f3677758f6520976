"""``tf.keras.dtype_policies``; written by ``nox -s api``."""

