"""``tf.keras.distillation``; written by ``nox -s api``."""

