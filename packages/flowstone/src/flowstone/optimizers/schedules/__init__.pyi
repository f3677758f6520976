"""``tf.optimizers.schedules``; written by ``nox -s api``."""

from flowstone.keras.optimizers.schedules import *
