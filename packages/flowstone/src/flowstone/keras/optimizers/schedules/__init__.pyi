"""``tf.keras.optimizers.schedules``; written by ``nox -s api``."""

